package chelated

import "math"

// sparse are rows of weighted ids: row i has the entries offsets[i] … offsets[i+1].
type sparse struct {
	offsets, ids []uint32
	values       []float32
}

func (s sparse) rows() int { return len(s.offsets) - 1 }

// only keeps the entries whose id has a place, and renames them.
func (s sparse) only(place func(id uint32) (uint32, bool)) sparse {
	kept := sparse{offsets: make([]uint32, 1, len(s.offsets)), ids: make([]uint32, 0, len(s.ids)), values: make([]float32, 0, len(s.ids))}
	for i := range s.rows() {
		for e := s.offsets[i]; e < s.offsets[i+1]; e++ {
			if id, ok := place(s.ids[e]); ok {
				kept.ids = append(kept.ids, id)
				kept.values = append(kept.values, s.values[e])
			}
		}
		kept.offsets = append(kept.offsets, uint32(len(kept.ids)))
	}
	return kept
}

// toUnit takes a row whose squares have that sum to unit length; a sum of 0 leaves it.
func (s sparse) toUnit(row int, squares float64) {
	if squares == 0 {
		return
	}
	scale := 1 / math.Sqrt(squares)
	for e := s.offsets[row]; e < s.offsets[row+1]; e++ {
		s.values[e] = float32(float64(s.values[e]) * scale)
	}
}

// place writes ids, offsets and values into scratch, with room for outBytes after them.
func (i *instance) place(s sparse, outBytes int) ([]uint64, error) {
	at, err := i.scratch(4*len(s.ids), 4*len(s.offsets), 4*len(s.values), outBytes)
	if err != nil {
		return nil, err
	}
	i.write(at[0], bytesOf(s.ids))
	i.write(at[1], bytesOf(s.offsets))
	i.write(at[2], bytesOf(s.values))
	return at, nil
}

// table are rows in memory, int8 with scales or f32.
type table struct {
	at, scales uint64
	int8       bool
	rows, dims int
}

func (i *instance) keepTable(rows section, scales *section) (table, error) {
	t := table{rows: rows.rows, dims: rows.dims, int8: scales != nil}
	var err error
	if t.at, err = i.keep(rows.bytes); err == nil && scales != nil {
		t.scales, err = i.keep(scales.bytes)
	}
	return t, err
}

// f32Rows gives the address of n rows as f32: int8 rows are written to x.
func (i *instance) f32Rows(t table, from, n int, x uint64) (uint64, error) {
	first := uint64(from * t.dims)
	if !t.int8 {
		return t.at + 4*first, nil
	}
	_, err := i.call("dequantize_i8", t.at+first, t.scales+uint64(4*from), x, uint64(n), uint64(t.dims))
	return x, err
}

// bag sums the rows of the table that each sparse row names. Not normalised.
func (i *instance) bag(t table, s sparse) (Matrix, error) {
	out := NewMatrix(s.rows(), t.dims)
	at, err := i.place(s, 4*len(out.Data))
	if err != nil {
		return Matrix{}, err
	}
	ids, offsets, values, y := at[0], at[1], at[2], at[3]
	n, d, entries := uint64(out.Rows), uint64(t.dims), uint64(len(s.ids))
	if t.int8 {
		_, err = i.call("embedding_bag_i8", t.at, t.scales, uint64(t.rows), ids, values, offsets, entries, y, n, d)
	} else {
		_, err = i.call("embedding_bag_f32", t.at, uint64(t.rows), ids, values, offsets, entries, y, n, d)
	}
	i.read(bytesOf(out.Data), y)
	return out, err
}
