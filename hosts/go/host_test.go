package chelated

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

func randomMatrix(rows, dims int) Matrix {
	numbers := rand.New(rand.NewPCG(1, uint64(rows*dims)))
	m := NewMatrix(rows, dims)
	for i := range m.Data {
		m.Data[i] = float32(numbers.NormFloat64())
	}
	return m
}

func TestRowKernels(t *testing.T) {
	h := newHost(t, newModules(t, builds()["simd"]))
	x, c := randomMatrix(2500, 13), randomMatrix(2500, 13) // more rows than a block
	unit, err := h.Normalize(x)
	if err != nil {
		t.Fatal(err)
	}
	pushed, err := h.Push(unit, unit, .1)
	if err != nil || !slices.Equal(pushed.Data, unit.Data) {
		t.Errorf("a row that is its own centre must stay as it is: %v", err)
	}
	first, vanished, err := h.Blend(x, c, 0)
	if err != nil || vanished != 0 || !slices.Equal(first.Data, unit.Data) {
		t.Errorf("α = 0 must be normalise(x): %v", err)
	}
	negative := Matrix{x.Rows, x.Dims, slices.Clone(unit.Data)}
	for i := range negative.Data {
		negative.Data[i] *= -1
	}
	if _, vanished, err = h.Blend(unit, negative, .5); err != nil || vanished != x.Rows {
		t.Errorf("a blend of opposites must vanish in all rows, got %d: %v", vanished, err)
	}
	_, err = h.Push(x, randomMatrix(2500, 12), .1)
	wantCode(t, ShapeMismatch, err)
}

func TestIndex(t *testing.T) {
	h := newHost(t, newModules(t, builds()["simd"]))
	rows, err := h.Normalize(randomMatrix(3000, 24))
	if err != nil {
		t.Fatal(err)
	}
	index, err := h.Hold(rows)
	if err != nil {
		t.Fatal(err)
	}
	found, err := index.TopK(rows, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows.Rows {
		if found.Rows[3*i] != uint32(i) {
			t.Fatalf("unit row %d must be nearest to itself, got %d", i, found.Rows[3*i])
		}
	}
	centroids, err := index.Centroid([][]uint32{{7}, {}, {1, 2}})
	if err != nil || !slices.Equal(centroids.Row(0), rows.Row(7)) || !isZero(centroids.Row(1)) {
		t.Errorf("the centroid of one row is that row, of none zero: %v", err)
	}
	_, err = index.Centroid([][]uint32{{3000}})
	wantCode(t, ShapeMismatch, err)
	_, err = index.TopK(randomMatrix(1, 23), 3)
	wantCode(t, ShapeMismatch, err)
}

func TestOpenRefuses(t *testing.T) {
	h := newHost(t, newModules(t, builds()["simd"]))
	student := openStudent(t, h)
	file := hostAsset(t, "affine.chelated")
	for length := range file {
		_, err := h.OpenAdapter(file[:length], student)
		wantCode(t, AdapterCorrupt, err)
	}
	for at := range file {
		altered := slices.Clone(file)
		altered[at] ^= 0x40
		code := AdapterCorrupt
		if at >= 8 && at < 12 {
			code = AdapterVersion
		}
		_, err := h.OpenAdapter(altered, student)
		wantCode(t, code, err)
	}
	_, err := h.OpenStudent(file)
	wantCode(t, AdapterCorrupt, err)
	for _, needsItsStudent := range []string{"lexical.chelated", "gated-residual.chelated"} {
		_, err = h.OpenAdapter(hostAsset(t, needsItsStudent), nil)
		wantCode(t, AdapterWrongModel, err)
	}
	if _, err = h.OpenAdapter(hostAsset(t, "residual.chelated"), nil); err != nil {
		t.Error(err)
	}
	other := *student
	other.Fingerprint = "another"
	_, err = h.OpenAdapter(file, &other)
	wantCode(t, AdapterWrongModel, err)
}

// What a student with a context gate must hold is named where it is missing, and a failed open leaves the memory as it was.
func TestOpenRefusesAStudentWithoutItsGate(t *testing.T) {
	h := newHost(t, newModules(t, builds()["simd"]))
	file := hostAsset(t, "gated-student.chelated")
	kernels, wordPiece := h.kernels.free, h.wordPiece.free
	for _, name := range []string{"gate_context", "gate_tokens", "kinds"} {
		entry := bytes.Index(file, []byte(name))
		for field, at := range map[string]int{"name": 0, "type": 16, "rows": 20, "dims": 24} {
			if name == "gate_context" && field == "rows" {
				continue // any width, but then that of gate_tokens is another
			}
			altered := slices.Clone(file)
			altered[entry+at] ^= 2
			hash := sha256.Sum256(altered[hashedFrom:])
			copy(altered[12:], hash[:])
			s, err := h.OpenStudent(altered)
			wantCode(t, AdapterCorrupt, err)
			if s != nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s of %s altered: %v", field, name, err)
			}
		}
	}
	if h.kernels.free != kernels || h.wordPiece.free != wordPiece {
		t.Errorf("%d and %d bytes stay of students that were refused", h.kernels.free-kernels, h.wordPiece.free-wordPiece)
	}
}

func TestCorrectRefuses(t *testing.T) {
	student := openStudent(t, newHost(t, newModules(t, builds()["simd"])))
	affine, lexical := openAdapter(t, student, "affine.chelated"), openAdapter(t, student, "lexical.chelated")
	correct := func(a *Adapter, rows, dims int, value float32) error {
		x := NewMatrix(rows, dims)
		x.Data[0] = value
		_, err := a.Correct(Input{Vectors: &x})
		return err
	}
	wantCode(t, ShapeMismatch, correct(affine, 1, 4, 1))
	wantCode(t, NotFinite, correct(affine, 2, 3, float32(math.NaN())))
	wantCode(t, NotFinite, correct(affine, 2, 3, float32(math.Inf(1))))
	wantCode(t, NotFinite, correct(affine, 2, 3, 3e38))
	wantCode(t, TextRequired, correct(lexical, 1, 3, 1))
	tokens := Count([][]uint32{{99}})
	_, err := lexical.Correct(Input{Tokens: &tokens})
	wantCode(t, ShapeMismatch, err)
	_, err = student.TokenIDs([]string{string(make([]byte, student.maxBytes+1))})
	wantCode(t, TooLarge, err)
}

// A trap of a module is an error, and the program goes on.
func TestTrapIsAnError(t *testing.T) {
	h := newHost(t, newModules(t, builds()["simd"]))
	_, err := h.kernels.call("normalize_f32", 1<<31, 1<<31, 1, 1)
	wantCode(t, WasmUnavailable, err)
	if _, err := h.Normalize(randomMatrix(1, 4)); err != nil {
		t.Error(err)
	}
}

func TestGoroutines(t *testing.T) {
	cases := readCases(t, "cases.json")
	m := newModules(t, builds()["simd"])
	shared := openAdapter(t, openStudent(t, newHost(t, m)), "lexical.chelated")
	expected, err := shared.CorrectTexts(cases.Texts)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			adapter := shared // half of them share a host, half have their own
			if g%2 == 0 {
				host, err := m.NewHost(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				student, err := host.OpenStudent(hostAsset(t, "student.chelated"))
				if err != nil {
					t.Error(err)
					return
				}
				if adapter, err = host.OpenAdapter(hostAsset(t, "lexical.chelated"), student); err != nil {
					t.Error(err)
					return
				}
			}
			for range 500 {
				got, err := adapter.CorrectTexts(cases.Texts)
				if err != nil || !slices.Equal(got.Data, expected.Data) {
					t.Errorf("another answer than alone: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
}

func TestMemoryStaysOverAMillionCalls(t *testing.T) {
	student := openStudent(t, newHost(t, newModules(t, builds()["simd"])))
	adapter := openAdapter(t, student, "lexical.chelated")
	x := randomMatrix(1, 64)
	texts := []string{"a cat, a dog"}
	var before int
	for call := range 1_000_000 {
		if call == 1 {
			before = student.host.MemoryBytes()
		}
		if _, err := student.host.Normalize(x); err != nil {
			t.Fatal(err)
		}
		if call%10 == 0 {
			if _, err := adapter.CorrectTexts(texts); err != nil {
				t.Fatal(err)
			}
		}
	}
	if after := student.host.MemoryBytes(); after != before {
		t.Errorf("memory was %d bytes, is %d", before, after)
	}
}
