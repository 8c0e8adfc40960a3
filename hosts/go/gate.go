package chelated

import (
	"math"
	"slices"
)

// leastOpen is far below what a trained gate gives: a token that is there never vanishes.
const leastOpen = 1.0 / (1 << 20)

// gate says how much a token counts by the text that it stands in: two tables, each with a row of dims numbers for every token that has a row.
type gate struct {
	context, tokens uint64
	rows, dims      int
}

// readGate takes every row of the table through both maps, once.
func readGate(f *hostFile, k *instance, t table) (*gate, error) {
	context, err := f.demand("gate_context", f32, -1, t.dims)
	if err != nil {
		return nil, err
	}
	tokens, err := f.demand("gate_tokens", f32, context.rows, t.dims)
	if err != nil {
		return nil, err
	}
	g := &gate{rows: t.rows, dims: context.rows}
	if g.context, err = k.keepThrough(t, context); err == nil {
		g.tokens, err = k.keepThrough(t, tokens)
	}
	return g, err
}

// keepThrough keeps the rows of a table times a map, stored transposed; the map itself does not stay.
func (i *instance) keepThrough(t table, through section) (uint64, error) {
	scratch, err := i.call("gemm_scratch_bytes")
	if err != nil {
		return 0, err
	}
	places, err := i.scratch(4*t.rows*through.rows, len(through.bytes), 4*min(t.rows, blockRows)*t.dims, int(scratch))
	if err != nil {
		return 0, err
	}
	out, b, x := places[0], places[1], places[2]
	i.write(b, through.bytes)
	d, r := uint64(t.dims), uint64(through.rows)
	for from := 0; from < t.rows; from += blockRows {
		n := min(t.rows-from, blockRows)
		a, err := i.f32Rows(t, from, n, x)
		if err == nil {
			_, err = i.call("gemm_f32", a, d, 1, b, 1, d, out+uint64(4*from)*r, uint64(n), r, d, 0, places[3])
		}
		if err != nil {
			return 0, err
		}
	}
	i.free = uint32(b)
	return out, nil
}

// weigh gives the same tokens, each counted as often as the gate lets it; docs/abi.md has the formula.
func (s *Student) weigh(tokens Tokens) (Tokens, error) {
	if s.gate == nil {
		return tokens, nil
	}
	z, err := s.gate.dots(s.host.kernels, s.contextFeatures(tokens))
	if err != nil {
		return Tokens{}, err
	}
	counts := slices.Clone(tokens.Counts)
	at := 0
	for e, id := range tokens.IDs {
		if _, ok := s.row(id); ok {
			counts[e] = float32(float64(counts[e]) * openness(float64(z[at])))
			at++
		}
	}
	return Tokens{tokens.Offsets, tokens.IDs, counts}, nil
}

// contextFeatures are weights × counts to unit length, of the tokens that have a row.
func (s *Student) contextFeatures(tokens Tokens) sparse {
	features := sparse{tokens.Offsets, tokens.IDs, tokens.Counts}.only(s.row)
	for i := range features.rows() {
		squares := 0.0
		for e := features.offsets[i]; e < features.offsets[i+1]; e++ {
			features.values[e] *= s.weights[features.ids[e]]
			value := float64(features.values[e])
			squares += float64(value * value)
		}
		features.toUnit(i, squares)
	}
	return features
}

// dots gives for each entry the product of its token's row and the context of its text.
func (g *gate) dots(k *instance, s sparse) ([]float32, error) {
	z := make([]float32, len(s.ids))
	at, err := k.place(s, 4*(g.dims+len(z)))
	if err != nil {
		return nil, err
	}
	ids, offsets, values, sum := at[0], at[1], at[2], at[3]
	out := sum + uint64(4*g.dims)
	_, err = k.call("context_dots_f32", g.context, g.tokens, uint64(g.rows), ids, values, offsets, uint64(len(z)), out, uint64(s.rows()), uint64(g.dims), sum)
	k.read(bytesOf(z), out)
	return z, err
}

// openness is from 0 to 2, and 1 at 0. The square is rounded before it is added to, on every machine.
func openness(z float64) float64 {
	return max(leastOpen, 1+z/math.Sqrt(1+float64(z*z)))
}
