package chelated

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func decode(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func float64s(raw []byte) []float64 {
	out := make([]float64, len(raw)/8)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return out
}

func near(got, expected, bound float64) bool {
	return got == expected || math.IsNaN(got) && math.IsNaN(expected) || math.Abs(got-expected) <= bound
}

type kernelFile struct {
	Export string
	Abi    uint32
	Cases  []struct {
		Name    string
		Buffers map[string]struct {
			Role, Type, Data, Expected, Bound string
			Bytes                             int
		}
		Calls []struct {
			Export    string
			Arguments []any
			Returns   *struct{ Expected, Bound string }
		}
	}
}

var sizes = map[string]int{"f32": 4, "f64": 8, "u32": 4, "i8": 1}

func number(kind string, raw []byte, i int) float64 {
	switch kind {
	case "f32":
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
	case "f64":
		return math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	case "u32":
		return float64(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return float64(int8(raw[i]))
}

// TestKernelVectors runs test/vectors/*.json on both builds.
func TestKernelVectors(t *testing.T) {
	entries, err := os.ReadDir("../../test/vectors")
	if err != nil {
		t.Fatal(err)
	}
	for build, path := range builds() {
		m := newModules(t, path)
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".json") {
				continue
			}
			var file kernelFile
			if err := json.Unmarshal(asset(t, "test/vectors/"+entry.Name()), &file); err != nil {
				t.Fatal(err)
			}
			t.Run(build+" "+file.Export, func(t *testing.T) { runFile(t, newHost(t, m).kernels, file) })
		}
	}
}

func runFile(t *testing.T, k *instance, file kernelFile) {
	for _, c := range file.Cases {
		names := make([]string, 0, len(c.Buffers))
		lengths := make([]int, 0, len(c.Buffers))
		for name, b := range c.Buffers {
			length := b.Bytes
			if b.Role != "state" {
				length = max(len(decode(t, b.Data)), len(decode(t, b.Expected))/8*sizes[b.Type])
			}
			names, lengths = append(names, name), append(lengths, length)
		}
		places, err := k.scratch(lengths...)
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]uint64{}
		for i, name := range names {
			at[name] = places[i]
			clear(k.view(places[i], lengths[i]))
			k.write(places[i], decode(t, c.Buffers[name].Data))
		}
		for _, call := range c.Calls {
			types := k.module.ExportedFunction(call.Export).Definition().ParamTypes()
			args := make([]uint64, len(call.Arguments))
			for i, arg := range call.Arguments {
				switch v := arg.(type) {
				case string:
					args[i] = at[v]
				case float64:
					args[i] = uint64(uint32(int64(v)))
					if types[i] == 0x7d { // f32
						args[i] = uint64(math.Float32bits(float32(v)))
					}
				}
			}
			got, err := k.call(call.Export, args...)
			if err != nil {
				t.Fatal(err)
			}
			if r := call.Returns; r != nil {
				value := float64(int32(got))
				if call.Export == "dot_f32" {
					value = float64(math.Float32frombits(got))
				}
				if want := float64s(decode(t, r.Expected))[0]; !near(value, want, float64s(decode(t, r.Bound))[0]) {
					t.Errorf("%s: returned %v, expected %v", c.Name, value, want)
				}
			}
		}
		for i, name := range names {
			b := c.Buffers[name]
			expected, bound := float64s(decode(t, b.Expected)), float64s(decode(t, b.Bound))
			raw := k.view(places[i], lengths[i])
			for e, want := range expected {
				if got := number(b.Type, raw, e); !near(got, want, bound[e]) {
					t.Errorf("%s: %s[%d] is %v, expected %v", c.Name, name, e, got, want)
				}
			}
		}
	}
}

type hostCases struct {
	Student, Fingerprint, Base string
	Dims                       int
	Texts                      []string
	IDs                        [][]uint32
	Adapters                   []struct {
		File, Needs, Fingerprint, Expected string
		Dims                               int
		Bound                              float64
	}
}

func readCases(t testing.TB, name string) hostCases {
	t.Helper()
	var cases hostCases
	if err := json.Unmarshal(hostAsset(t, name), &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func hostAsset(t testing.TB, name string) []byte { return asset(t, "test/vectors/host/"+name) }

func openStudent(t testing.TB, h *Host) *Student { return openStudentOf(t, h, "student.chelated") }

func openStudentOf(t testing.TB, h *Host, file string) *Student {
	t.Helper()
	s, err := h.OpenStudent(hostAsset(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openAdapter(t testing.TB, s *Student, file string) *Adapter {
	t.Helper()
	a, err := s.host.OpenAdapter(hostAsset(t, file), s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func checkVectors(t *testing.T, got Matrix, expected string, bound float64) {
	t.Helper()
	want := viewOf[float32](decode(t, expected))
	if len(got.Data) != len(want) {
		t.Fatalf("got %d numbers, expected %d", len(got.Data), len(want))
	}
	for i := range want {
		if !near(float64(got.Data[i]), float64(want[i]), bound) {
			t.Errorf("row %d, column %d is %v, expected %v", i/got.Dims, i%got.Dims, got.Data[i], want[i])
		}
	}
}

// TestHostVectors runs test/vectors/host on both builds: a student with an adapter of each kind, one with word buckets, and one with a context gate as well.
func TestHostVectors(t *testing.T) {
	for _, name := range []string{"cases.json", "words.json", "gated.json"} {
		t.Run(name, func(t *testing.T) { testHostVectors(t, readCases(t, name)) })
	}
}

func testHostVectors(t *testing.T, cases hostCases) {
	for build, path := range builds() {
		t.Run(build, func(t *testing.T) {
			student := openStudentOf(t, newHost(t, newModules(t, path)), cases.Student)
			ids, err := student.TokenIDs(cases.Texts)
			if err != nil || !slices.EqualFunc(ids, cases.IDs, slices.Equal) {
				t.Fatalf("token ids %v, expected %v (%v)", ids, cases.IDs, err)
			}
			base, err := student.Encode(cases.Texts)
			if err != nil {
				t.Fatal(err)
			}
			if student.Fingerprint != cases.Fingerprint {
				t.Errorf("fingerprint %s", student.Fingerprint)
			}
			checkVectors(t, base, cases.Base, 1e-6)
			for _, c := range cases.Adapters {
				t.Run(c.File, func(t *testing.T) {
					a := openAdapter(t, student, c.File)
					if a.Fingerprint != c.Fingerprint || a.DOut != c.Dims {
						t.Errorf("fingerprint %s, dims %d", a.Fingerprint, a.DOut)
					}
					got, err := a.CorrectTexts(cases.Texts)
					if err != nil {
						t.Fatal(err)
					}
					checkVectors(t, got, c.Expected, c.Bound)
					for i, text := range cases.Texts {
						one, err := a.CorrectTexts([]string{text})
						if err != nil {
							t.Fatal(err)
						}
						for j, v := range one.Data {
							if !near(float64(v), float64(got.Row(i)[j]), 1e-6) {
								t.Errorf("%q alone: column %d is %v, in the batch %v", text, j, v, got.Row(i)[j])
							}
						}
					}
				})
			}
		})
	}
}
