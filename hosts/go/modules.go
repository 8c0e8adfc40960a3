package chelated

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// abiVersion is the version of both modules that this package was written against.
const abiVersion = 1

var kernelExports = []string{
	"abi_version", "heap_base", "memory_grow", "normalize_f32", "homeostatic_push_f32", "blend_f32", "centroid_f32",
	"embedding_bag_f32", "embedding_bag_i8", "context_dots_f32", "dequantize_i8", "gemv_f32", "gemm_f32", "gemm_scratch_bytes", "top_k_f32", "top_k_finish",
}

var wordPieceExports = []string{
	"abi_version", "heap_base", "memory_grow", "wordpiece_bytes", "wordpiece_open", "wordpiece_encode",
}

// Modules are the two compiled modules. Goroutines may share them.
type Modules struct {
	runtime            wazero.Runtime
	kernels, wordPiece wazero.CompiledModule
}

// Compile compiles the bytes of chelated-kernels.wasm and chelated-wordpiece.wasm.
func Compile(ctx context.Context, kernels, wordPiece []byte) (*Modules, error) {
	m := &Modules{runtime: wazero.NewRuntime(ctx)}
	var err error
	if m.kernels, err = m.compile(ctx, "kernels", kernels, kernelExports); err == nil {
		m.wordPiece, err = m.compile(ctx, "WordPiece", wordPiece, wordPieceExports)
	}
	if err != nil {
		_ = m.runtime.Close(ctx)
		return nil, err
	}
	return m, nil
}

// Close frees the modules and every host that was opened from them.
func (m *Modules) Close(ctx context.Context) error { return m.runtime.Close(ctx) }

func (m *Modules) compile(ctx context.Context, name string, bytes []byte, exports []string) (wazero.CompiledModule, error) {
	compiled, err := m.runtime.CompileModule(ctx, bytes)
	if err != nil {
		return nil, &Error{WasmUnavailable, "cannot compile the " + name + " module; build it again", err}
	}
	functions := compiled.ExportedFunctions()
	for _, export := range exports {
		if functions[export] == nil {
			return nil, refuse(WasmUnavailable, "not the %s module: it lacks %s", name, export)
		}
	}
	if len(functions["abi_version"].ParamTypes()) != 0 || len(compiled.ImportedFunctions()) != 0 {
		return nil, refuse(WasmUnavailable, "not the %s module: it imports, or its version takes arguments", name)
	}
	return compiled, nil
}

func (m *Modules) instantiate(ctx context.Context, name string, compiled wazero.CompiledModule) (*instance, error) {
	module, err := m.runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, &Error{WasmUnavailable, "cannot instantiate the " + name + " module", err}
	}
	i := &instance{name: name, module: module, functions: map[string]api.Function{}}
	version, err := i.call("abi_version")
	if err != nil {
		return nil, err
	}
	if version != abiVersion {
		return nil, refuse(WasmUnavailable, "%s ABI %d, expected %d; use the module that came with this version", name, version, abiVersion)
	}
	i.free, err = i.call("heap_base")
	return i, err
}
