package chelated

import "math"

// Matrix is n rows of Dims numbers, row-major.
type Matrix struct {
	Rows, Dims int
	Data       []float32
}

// NewMatrix is a matrix of zeros.
func NewMatrix(rows, dims int) Matrix {
	return Matrix{rows, dims, make([]float32, rows*dims)}
}

// Row i, a view.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Dims : (i+1)*m.Dims] }

func (m Matrix) slice(from, to int) Matrix {
	return Matrix{to - from, m.Dims, m.Data[from*m.Dims : to*m.Dims]}
}

func (m Matrix) check(what string) error {
	if m.Rows < 0 || m.Dims < 0 || len(m.Data) != m.Rows*m.Dims {
		return refuse(ShapeMismatch, "%s: a %d × %d matrix needs %d numbers, got %d", what, m.Rows, m.Dims, m.Rows*m.Dims, len(m.Data))
	}
	return nil
}

func (m Matrix) checkFinite(what string) error {
	for i, v := range m.Data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return refuse(NotFinite, "%s: row %d, column %d is %v; every number must be finite", what, i/m.Dims, i%m.Dims, v)
		}
	}
	return nil
}

func isZero(values []float32) bool {
	for _, v := range values {
		if v != 0 {
			return false
		}
	}
	return true
}
