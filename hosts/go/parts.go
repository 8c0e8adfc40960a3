package chelated

import "math"

// linear is a resident map, stored transposed: a row an output.
type linear struct {
	at        uint64
	dOut, dIn int
}

func (i *instance) keepLinear(f *hostFile, name string, dOut, dIn int) (*linear, error) {
	s, err := f.take(name, f32, dOut, dIn)
	if err != nil || s == nil {
		return nil, err
	}
	at, err := i.keep(s.bytes)
	return &linear{at, s.rows, s.dims}, err
}

// apply gives x·map, a copy of x where there is no map.
func (l *linear) apply(k *instance, x Matrix) (Matrix, error) {
	if l == nil {
		return Matrix{x.Rows, x.Dims, append(make([]float32, 0, len(x.Data)), x.Data...)}, nil
	}
	y := NewMatrix(x.Rows, l.dOut)
	scratch := uint32(0)
	if x.Rows > 1 {
		var err error
		if scratch, err = k.call("gemm_scratch_bytes"); err != nil {
			return Matrix{}, err
		}
	}
	at, err := k.scratch(4*len(x.Data), 4*len(y.Data), int(scratch))
	if err != nil {
		return Matrix{}, err
	}
	k.write(at[0], bytesOf(x.Data))
	n, dIn, dOut := uint64(x.Rows), uint64(l.dIn), uint64(l.dOut)
	if x.Rows == 1 {
		_, err = k.call("gemv_f32", l.at, at[0], at[1], dOut, dIn)
	} else {
		_, err = k.call("gemm_f32", at[0], dIn, 1, l.at, 1, dIn, at[1], n, dOut, dIn, 0, at[2])
	}
	k.read(bytesOf(y.Data), at[1])
	return y, err
}

// tokenPart are the rows that an adapter has for tokens of its own.
type tokenPart struct {
	rows          table
	rowOf         []int32
	weights       []float32
	termFrequency uint32
}

func readTokenPart(f *hostFile, k *instance) (*tokenPart, error) {
	rowOf, err := f.demand("row_of", i32, -1, 1)
	if err != nil {
		return nil, err
	}
	weights, err := f.demand("token_weights", f32, rowOf.rows, 1)
	if err != nil {
		return nil, err
	}
	rows, err := f.demand("token_rows", i8, -1, f.dOut)
	if err != nil {
		return nil, err
	}
	scales, err := f.demand("token_scales", f32, rows.rows, 1)
	if err != nil {
		return nil, err
	}
	if f.termFrequency == 0 {
		return nil, corrupt("token rows without a term frequency")
	}
	t := &tokenPart{rowOf: numbersOf[int32](rowOf), weights: numbersOf[float32](weights), termFrequency: f.termFrequency}
	t.rows, err = k.keepTable(rows, &scales)
	return t, err
}

func (t *tokenPart) row(id uint32) (uint32, bool)        { return uint32(t.rowOf[id]), t.rowOf[id] >= 0 }
func (t *tokenPart) withoutRow(id uint32) (uint32, bool) { return id, t.rowOf[id] < 0 }

// features are φ: weights·tf(count), to unit length over each text.
func (t *tokenPart) features(tokens Tokens) sparse {
	s := sparse{tokens.Offsets, tokens.IDs, make([]float32, len(tokens.IDs))}
	for i := range s.rows() {
		squares := 0.0
		for e := s.offsets[i]; e < s.offsets[i+1]; e++ {
			value := float64(t.weights[s.ids[e]]) * termOf(t.termFrequency, tokens.Counts[e])
			s.values[e] = float32(value)
			squares += float64(value * value)
		}
		s.toUnit(i, squares)
	}
	return s
}

// termOf is tf(count).
func termOf(frequency uint32, count float32) float64 {
	if frequency == 2 {
		return math.Log1p(float64(count))
	}
	return float64(count)
}
