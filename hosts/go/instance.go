package chelated

import (
	"context"
	"unsafe"

	"github.com/tetratelabs/wazero/api"
)

const (
	pageBytes = 65536
	align     = 16
)

// instance is one instance of a module. Below free lies what stays, above it the scratch of the call under way.
type instance struct {
	name      string
	module    api.Module
	functions map[string]api.Function
	free      uint32
	stack     [12]uint64
}

func (i *instance) call(name string, args ...uint64) (uint32, error) {
	f := i.functions[name]
	if f == nil {
		f = i.module.ExportedFunction(name)
		i.functions[name] = f
	}
	copy(i.stack[:], args)
	if err := f.CallWithStack(context.Background(), i.stack[:]); err != nil {
		return 0, &Error{WasmUnavailable, "the " + i.name + " module failed in " + name + "; open a new host", err}
	}
	return uint32(i.stack[0]), nil
}

// scratch gives the addresses of buffers of so many bytes, good until the next call of scratch or keep.
func (i *instance) scratch(sizes ...int) ([]uint64, error) {
	places := make([]uint64, len(sizes))
	end := uint64(i.free)
	for n, size := range sizes {
		places[n] = end
		end = (end + uint64(size) + align - 1) &^ (align - 1)
	}
	have := uint64(i.module.Memory().Size())
	if end <= have {
		return places, nil
	}
	pages := (end - have + pageBytes - 1) / pageBytes
	if pages <= 65536 {
		before, err := i.call("memory_grow", pages)
		if err != nil {
			return nil, err
		}
		if int32(before) >= 0 {
			return places, nil
		}
	}
	return nil, refuse(TooLarge, "%s memory cannot grow by %d bytes beyond %d; give smaller batches", i.name, end-have, have)
}

// keep places bytes that stay for as long as the instance does.
func (i *instance) keep(bytes []byte) (uint64, error) {
	places, err := i.scratch(len(bytes), 0)
	if err != nil {
		return 0, err
	}
	i.write(places[0], bytes)
	i.free = uint32(places[1])
	return places[0], nil
}

func (i *instance) write(at uint64, bytes []byte) { copy(i.view(at, len(bytes)), bytes) }

func (i *instance) read(bytes []byte, at uint64) { copy(bytes, i.view(at, len(bytes))) }

// view is good until the memory grows.
func (i *instance) view(at uint64, size int) []byte {
	bytes, ok := i.module.Memory().Read(uint32(at), uint32(size))
	if !ok {
		panic("chelated: a buffer beyond the memory that was asked for")
	}
	return bytes
}

// bytesOf is the memory of the numbers: wazero's platforms are little-endian, as WebAssembly is.
func bytesOf[T float32 | uint32 | int32](numbers []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), 4*len(numbers))
}

func viewOf[T float32 | uint32 | int32](bytes []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(bytes))), len(bytes)/4)
}
