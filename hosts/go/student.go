package chelated

import "slices"

// Student is a static student: a token table and a tokenizer, in the memory of its host.
type Student struct {
	// Fingerprint marks the vectors that come out.
	Fingerprint string
	Dims        int

	host      *Host
	table     table
	weights   []float32
	gate      *gate // nil where tokens count as often as they occur
	buckets   int   // tokens beyond the table, of words and pairs of words
	model     uint64
	maxTokens int
	maxBytes  int
	// idsPerToken is how many ids a token of a text may stand for.
	idsPerToken int
}

func (s *Student) vocabulary() int { return len(s.weights) + s.buckets }

// row is a token's place in the table, where it has one.
func (s *Student) row(id uint32) (uint32, bool) { return id, int(id) < len(s.weights) }

// OpenStudent reads the host file of a student.
func (h *Host) OpenStudent(file []byte) (*Student, error) {
	f, err := readHostFile(file, studentFile, gatedStudentFile)
	if err != nil {
		return nil, err
	}
	s := &Student{Fingerprint: f.fingerprint, Dims: f.dOut, host: h}
	if err := h.open(f, s.read); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Student) read(f *hostFile) error {
	k := s.host.kernels
	weights, err := f.demand("weights", f32, -1, 1)
	if err != nil {
		return err
	}
	s.weights = numbersOf[float32](weights)
	scales, err := f.take("scales", f32, len(s.weights), 1)
	if err != nil {
		return err
	}
	numbers := f32
	if scales != nil {
		numbers = i8
	}
	rows, err := f.demand("rows", numbers, len(s.weights), f.dOut)
	if err != nil {
		return err
	}
	if s.table, err = k.keepTable(rows, scales); err != nil {
		return err
	}
	if f.content == gatedStudentFile {
		if s.gate, err = readGate(f, k, s.table); err != nil {
			return err
		}
	}
	return s.openTokenizer(f)
}

// Tokens of some texts: for each its distinct token ids, ascending, and how often each occurs.
type Tokens struct {
	Offsets []uint32 // text i has the entries Offsets[i] … Offsets[i+1]
	IDs     []uint32
	Counts  []float32
}

// Count puts lists of token ids, one a text, in the form that adapters take.
func Count(lists [][]uint32) Tokens {
	t := Tokens{Offsets: []uint32{0}}
	for _, list := range lists {
		sorted := slices.Sorted(slices.Values(list))
		for i, id := range sorted {
			if i == 0 || id != sorted[i-1] {
				t.IDs = append(t.IDs, id)
				t.Counts = append(t.Counts, 0)
			}
			t.Counts[len(t.Counts)-1]++
		}
		t.Offsets = append(t.Offsets, uint32(len(t.IDs)))
	}
	return t
}

// Texts is how many texts the tokens are of.
func (t Tokens) Texts() int { return max(0, len(t.Offsets)-1) }

func (t Tokens) check(vocabulary int) error {
	n := len(t.Offsets)
	if n == 0 || t.Offsets[0] != 0 || int(t.Offsets[n-1]) != len(t.IDs) || len(t.IDs) != len(t.Counts) || !slices.IsSorted(t.Offsets) {
		return refuse(ShapeMismatch, "tokens: %d offsets, %d ids and %d counts do not fit together", n, len(t.IDs), len(t.Counts))
	}
	for e, id := range t.IDs {
		if int(id) >= vocabulary {
			return refuse(ShapeMismatch, "token id %d is outside the vocabulary of %d; use the student's own tokenizer", id, vocabulary)
		}
		if c := t.Counts[e]; !(c > 0 && c-c == 0) {
			return refuse(NotFinite, "a token count is %v; every count must be positive and finite", c)
		}
	}
	return nil
}

func (t Tokens) slice(from, to int) Tokens {
	first, last := t.Offsets[from], t.Offsets[to]
	cut := Tokens{Offsets: make([]uint32, to-from+1), IDs: t.IDs[first:last], Counts: t.Counts[first:last]}
	for i := range cut.Offsets {
		cut.Offsets[i] = t.Offsets[from+i] - first
	}
	return cut
}

// Encode gives the base vectors of the texts: unit rows, zero for a text without any token.
func (s *Student) Encode(texts []string) (Matrix, error) {
	lists, err := s.TokenIDs(texts)
	if err != nil {
		return Matrix{}, err
	}
	return s.EncodeTokens(Count(lists))
}

// EncodeTokens gives the base vectors of texts that were tokenized before.
func (s *Student) EncodeTokens(tokens Tokens) (Matrix, error) {
	if err := tokens.check(s.vocabulary()); err != nil {
		return Matrix{}, err
	}
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	return s.pool(tokens)
}

func (s *Student) pool(tokens Tokens) (Matrix, error) {
	out := NewMatrix(tokens.Texts(), s.Dims)
	for from := 0; from < out.Rows; from += blockRows {
		to := min(from+blockRows, out.Rows)
		cut, err := s.weigh(tokens.slice(from, to))
		if err != nil {
			return Matrix{}, err
		}
		weighted := sparse{cut.Offsets, cut.IDs, cut.Counts}.only(s.row)
		for e, id := range weighted.ids {
			weighted.values[e] *= s.weights[id]
		}
		sums, err := s.host.kernels.bag(s.table, weighted)
		if err != nil {
			return Matrix{}, err
		}
		unit, err := s.host.normalize(sums)
		if err != nil {
			return Matrix{}, err
		}
		copy(out.slice(from, to).Data, unit.Data)
	}
	return out, nil
}
