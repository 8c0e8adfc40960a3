package chelated

// Index is a matrix that stays in the memory of its host until that is closed.
type Index struct {
	host       *Host
	at         uint64
	rows, dims int
}

// Found are the k best rows of each query, best first; ties by the lower row.
type Found struct {
	Queries, K int
	Rows       []uint32
	Scores     []float32
}

// Hold copies the rows into the memory of the host.
func (h *Host) Hold(x Matrix) (*Index, error) {
	if err := x.check("index"); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	at, err := h.kernels.keep(bytesOf(x.Data))
	return &Index{h, at, x.Rows, x.Dims}, err
}

// TopK is exact inner-product search. Fewer than k rows: K is the row count.
func (x *Index) TopK(queries Matrix, k int) (Found, error) {
	if err := queries.check("queries"); err != nil {
		return Found{}, err
	}
	if queries.Dims != x.dims {
		return Found{}, refuse(ShapeMismatch, "the index has d=%d, got queries with d=%d", x.dims, queries.Dims)
	}
	if k < 0 {
		return Found{}, refuse(InvalidInput, "k must be 0 or more, got %d", k)
	}
	k = min(k, x.rows)
	found := Found{queries.Rows, k, make([]uint32, queries.Rows*k), make([]float32, queries.Rows*k)}
	x.host.mu.Lock()
	defer x.host.mu.Unlock()
	for from := 0; from < queries.Rows && k > 0; from += blockRows {
		n := min(blockRows, queries.Rows-from)
		if err := x.search(queries.slice(from, from+n), k, found.Rows[from*k:(from+n)*k], found.Scores[from*k:(from+n)*k]); err != nil {
			return Found{}, err
		}
	}
	return found, nil
}

func (x *Index) search(queries Matrix, k int, rows []uint32, scores []float32) error {
	kernels, n := x.host.kernels, queries.Rows
	at, err := kernels.scratch(4*len(queries.Data), 8*n*k, 4*n, 32, 4*n*k, 4*n*k)
	if err != nil {
		return err
	}
	q, keys, sizes, aside, best, values := at[0], at[1], at[2], at[3], at[4], at[5]
	kernels.write(q, bytesOf(queries.Data))
	clear(kernels.view(sizes, 4*n))
	if _, err := kernels.call("top_k_f32", x.at, uint64(x.rows), uint64(x.dims), 0, q, uint64(n), uint64(k), keys, sizes, aside); err != nil {
		return err
	}
	if _, err := kernels.call("top_k_finish", keys, sizes, uint64(n), uint64(k), best, values); err != nil {
		return err
	}
	kernels.read(bytesOf(rows), best)
	kernels.read(bytesOf(scores), values)
	return nil
}

// Centroid is the mean of the rows that each set names; an empty set gives a zero row.
func (x *Index) Centroid(sets [][]uint32) (Matrix, error) {
	lists := sparse{offsets: []uint32{0}}
	for _, set := range sets {
		for _, id := range set {
			if int(id) >= x.rows {
				return Matrix{}, refuse(ShapeMismatch, "row %d is outside of an index of %d", id, x.rows)
			}
		}
		lists.ids = append(lists.ids, set...)
		lists.offsets = append(lists.offsets, uint32(len(lists.ids)))
	}
	x.host.mu.Lock()
	defer x.host.mu.Unlock()
	out := NewMatrix(len(sets), x.dims)
	at, err := x.host.kernels.place(lists, 4*len(out.Data))
	if err != nil {
		return Matrix{}, err
	}
	ids, offsets, y := at[0], at[1], at[3]
	_, err = x.host.kernels.call("centroid_f32", x.at, uint64(x.rows), ids, offsets, uint64(len(lists.ids)), y, uint64(len(sets)), uint64(x.dims))
	x.host.kernels.read(bytesOf(out.Data), y)
	return out, err
}
