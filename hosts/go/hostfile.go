package chelated

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

const (
	formatVersion = 1
	headerBytes   = 144
	entryBytes    = 32
	hashedFrom    = 44
)

type content uint32

const (
	studentFile      content = 1
	adapterFile      content = 2
	gatedStudentFile content = 3
	gatedAdapterFile content = 4
)

func (c content) String() string {
	return map[content]string{
		studentFile: "student", adapterFile: "adapter",
		gatedStudentFile: "student with a context gate", gatedAdapterFile: "adapter of a student with a context gate",
	}[c]
}

var kinds = []string{"identity", "orthogonal", "affine", "lexical", "residual", "lowrank", "mlp"}

type numberType uint32

const (
	f32 numberType = iota + 1
	i8
	u32
	i32
	u8
)

func (t numberType) size() int { return []int{4, 1, 4, 4, 1}[t-1] }

// hostFile is a file as docs/abi.md lays it out, its hash and its layout checked.
type hostFile struct {
	content                      content
	kind                         string
	outputSpace                  string
	baseFingerprint, fingerprint string
	dIn, dOut                    int
	termFrequency                uint32
	sections                     map[string]section
}

type section struct {
	numbers    numberType
	rows, dims int
	bytes      []byte
}

func corrupt(format string, args ...any) *Error {
	e := refuse(AdapterCorrupt, format, args...)
	e.Message = "not a host file, or altered: " + e.Message + "; copy or export it again"
	return e
}

// readHostFile reads a file of one of the contents wanted.
func readHostFile(file []byte, wanted ...content) (*hostFile, error) {
	if len(file) < headerBytes || string(file[:8]) != "chelated" {
		return nil, corrupt("%d bytes do not begin as a host file does", len(file))
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(file[at:]) }
	if word(8) != formatVersion {
		return nil, refuse(AdapterVersion, "the host file has format %d, this build reads %d; export it again", word(8), formatVersion)
	}
	if hash := sha256.Sum256(file[hashedFrom:]); !bytes.Equal(hash[:], file[12:hashedFrom]) {
		return nil, corrupt("the hash is not that of the content")
	}
	got := content(word(hashedFrom))
	if !slices.Contains(wanted, got) {
		return nil, corrupt("expected the file of a %v, got content %d", wanted[0], got)
	}
	if int(word(120)) >= len(kinds) || word(124) > 1 || word(128) > 2 {
		return nil, corrupt("kind %d, output space %d or term frequency %d is unknown", word(120), word(124), word(128))
	}
	count := int(word(132))
	if headerBytes+count*entryBytes > len(file) {
		return nil, corrupt("%d sections do not fit", count)
	}
	read := &hostFile{
		content: got,
		kind:    kinds[word(120)], outputSpace: []string{"student", "teacher"}[word(124)],
		baseFingerprint: hex.EncodeToString(file[48:80]), fingerprint: hex.EncodeToString(file[80:112]),
		dIn: int(word(112)), dOut: int(word(116)), termFrequency: word(128), sections: map[string]section{},
	}
	for i := range count {
		entry := headerBytes + i*entryBytes
		name := string(bytes.TrimRight(file[entry:entry+16], "\x00"))
		numbers := numberType(word(entry + 16))
		if numbers < f32 || numbers > u8 {
			return nil, corrupt("type %d of section %s is unknown", numbers, name)
		}
		rows, dims, at := int(word(entry+20)), int(word(entry+24)), int(word(entry+28))
		if room := len(file) - at; room < 0 || dims != 0 && rows > room/dims/numbers.size() {
			return nil, corrupt("section %s does not fit", name)
		}
		read.sections[name] = section{numbers, rows, dims, file[at : at+rows*dims*numbers.size()]}
	}
	return read, nil
}

// take is the section of that name, which must have the type, and the shape where it is not negative; nil where there is none.
func (f *hostFile) take(name string, numbers numberType, rows, dims int) (*section, error) {
	s, ok := f.sections[name]
	if !ok {
		return nil, nil
	}
	if s.numbers != numbers || rows >= 0 && s.rows != rows || dims >= 0 && s.dims != dims {
		return nil, corrupt("section %s is %d × %d of type %d, expected %d × %d of type %d", name, s.rows, s.dims, s.numbers, rows, dims, numbers)
	}
	return &s, nil
}

func (f *hostFile) demand(name string, numbers numberType, rows, dims int) (section, error) {
	s, err := f.take(name, numbers, rows, dims)
	if err == nil && s == nil {
		err = corrupt("no section %s", name)
	}
	if err != nil {
		return section{}, err
	}
	return *s, nil
}

// numbersOf copies the numbers of a section.
func numbersOf[T float32 | uint32 | int32](s section) []T {
	numbers := make([]T, s.rows*s.dims)
	copy(bytesOf(numbers), s.bytes)
	return numbers
}
