package chelated

import (
	"context"
	"math"
	"sync"
)

// blockRows is how many rows pass through the module at a time: bounds its memory, whatever the batch.
const blockRows = 1024

// Host is one instance of each module. Its methods, and those of what it opens, may be called from any goroutine; they run one at a time.
type Host struct {
	mu                 sync.Mutex
	kernels, wordPiece *instance
}

// NewHost opens a host. It goes with its modules, or when it is closed.
func (m *Modules) NewHost(ctx context.Context) (*Host, error) {
	kernels, err := m.instantiate(ctx, "kernels", m.kernels)
	if err != nil {
		return nil, err
	}
	wordPiece, err := m.instantiate(ctx, "WordPiece", m.wordPiece)
	if err != nil {
		return nil, err
	}
	return &Host{kernels: kernels, wordPiece: wordPiece}, nil
}

// open reads a file into the memory of the host; where it fails, what it has placed there does not stay.
func (h *Host) open(f *hostFile, read func(*hostFile) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	kernels, wordPiece := h.kernels.free, h.wordPiece.free
	err := read(f)
	if err != nil {
		h.kernels.free, h.wordPiece.free = kernels, wordPiece
	}
	return err
}

// Close frees the memory of the host, and with it every student, adapter and index that it opened.
func (h *Host) Close(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.kernels.module.Close(ctx); err != nil {
		return err
	}
	return h.wordPiece.module.Close(ctx)
}

// MemoryBytes is the size of both memories.
func (h *Host) MemoryBytes() int {
	return int(h.kernels.module.Memory().Size()) + int(h.wordPiece.module.Memory().Size())
}

// Normalize gives the rows at unit length; a zero row stays zero.
func (h *Host) Normalize(x Matrix) (Matrix, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.normalize(x)
}

func (h *Host) normalize(x Matrix) (Matrix, error) {
	return h.mapRows([]Matrix{x}, func(at []uint64, n uint64) error {
		_, err := h.kernels.call("normalize_f32", at[0], at[0], n, uint64(x.Dims))
		return err
	})
}

// Push is normalise(x + η·(x − c)/‖x − c‖), one centre a row.
func (h *Host) Push(x, centres Matrix, eta float32) (Matrix, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mapRows([]Matrix{x, centres}, func(at []uint64, n uint64) error {
		_, err := h.kernels.call("homeostatic_push_f32", at[0], at[1], at[0], n, uint64(x.Dims), uint64(math.Float32bits(eta)))
		return err
	})
}

// Blend is normalise((1 − α)·x + α·t), and how many rows vanished: those are normalise(x).
func (h *Host) Blend(x, t Matrix, alpha float32) (Matrix, int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	vanished := 0
	y, err := h.mapRows([]Matrix{x, t}, func(at []uint64, n uint64) error {
		rows, err := h.kernels.call("blend_f32", at[0], at[1], at[0], n, uint64(x.Dims), uint64(math.Float32bits(alpha)))
		vanished += int(rows)
		return err
	})
	return y, vanished, err
}

// mapRows runs a kernel that writes its output over its first input, a block of rows at a time.
func (h *Host) mapRows(inputs []Matrix, run func(at []uint64, n uint64) error) (Matrix, error) {
	first := inputs[0]
	sizes := make([]int, len(inputs))
	for i, m := range inputs {
		if err := m.check("vectors"); err != nil {
			return Matrix{}, err
		}
		if m.Rows != first.Rows || m.Dims != first.Dims {
			return Matrix{}, refuse(ShapeMismatch, "both need the same shape, got %d × %d and %d × %d", first.Rows, first.Dims, m.Rows, m.Dims)
		}
		sizes[i] = 4 * min(m.Rows, blockRows) * m.Dims
	}
	out := NewMatrix(first.Rows, first.Dims)
	at, err := h.kernels.scratch(sizes...)
	if err != nil {
		return Matrix{}, err
	}
	for from := 0; from < first.Rows; from += blockRows {
		to := min(from+blockRows, first.Rows)
		for i, m := range inputs {
			h.kernels.write(at[i], bytesOf(m.slice(from, to).Data))
		}
		if err := run(at, uint64(to-from)); err != nil {
			return Matrix{}, err
		}
		h.kernels.read(bytesOf(out.slice(from, to).Data), at[0])
	}
	return out, nil
}
