package main

import "math"

const vocabulary = 30522

// native is the same arithmetic in plain Go loops.
type native struct {
	weights []float32 // (dims, dims), transposed
	table   []int8    // (vocabulary, dims)
}

func newNative() native {
	n := native{make([]float32, dims*dims), make([]int8, vocabulary*dims)}
	for i := range n.weights {
		n.weights[i] = float32(math.Sin(float64(i)))
	}
	for i := range n.table {
		n.table[i] = int8(i * 31)
	}
	return n
}

func (native) normalize(x, y []float32) {
	var squares float32
	for _, v := range x {
		squares += v * v
	}
	scale := 1 / float32(math.Sqrt(float64(squares)))
	for j, v := range x {
		y[j] = v * scale
	}
}

func (n native) affine(x, y []float32) {
	for j := range y {
		var sum float32
		for i, w := range n.weights[j*dims : (j+1)*dims] {
			sum += x[i] * w
		}
		y[j] = sum
	}
	n.normalize(y, y)
}

func (n native) gather(ids []uint32, y []float32) {
	clear(y)
	for _, id := range ids {
		for j, v := range n.table[int(id)*dims : (int(id)+1)*dims] {
			y[j] += .01 * float32(v)
		}
	}
	n.normalize(y, y)
}
