package chelated

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
)

func asset(t testing.TB, path string) []byte {
	t.Helper()
	file, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatalf("%v; run npm run build first", err)
	}
	return file
}

func builds() map[string]string {
	return map[string]string{"simd": "assets/chelated-kernels.wasm", "scalar": "assets/chelated-kernels-scalar.wasm"}
}

func newModules(t testing.TB, kernels string) *Modules {
	t.Helper()
	m, err := Compile(context.Background(), asset(t, kernels), asset(t, "assets/chelated-wordpiece.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

func newHost(t testing.TB, m *Modules) *Host {
	t.Helper()
	h, err := m.NewHost(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func wantCode(t *testing.T, code Code, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("expected %s, got %v", code, err)
	}
}

func TestCompileRefuses(t *testing.T) {
	kernels, wordPiece := asset(t, builds()["simd"]), asset(t, "assets/chelated-wordpiece.wasm")
	ctx := context.Background()
	t.Run("no module", func(t *testing.T) {
		_, err := Compile(ctx, nil, wordPiece)
		wantCode(t, WasmUnavailable, err)
	})
	t.Run("the other module", func(t *testing.T) {
		_, err := Compile(ctx, wordPiece, wordPiece)
		wantCode(t, WasmUnavailable, err)
	})
	t.Run("another ABI version", func(t *testing.T) {
		m, err := Compile(ctx, withVersion(t, kernels, 2), wordPiece)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close(ctx)
		_, err = m.NewHost(ctx)
		wantCode(t, WasmUnavailable, err)
	})
}

// withVersion changes what abi_version answers: the body of the module's only function that is "i32.const 1, end".
func withVersion(t *testing.T, module []byte, version byte) []byte {
	t.Helper()
	body := []byte{4, 0, 0x41, 1, 0x0b}
	if bytes.Count(module, body) == 0 {
		t.Fatal("no function of the module answers 1")
	}
	return bytes.ReplaceAll(module, body, []byte{4, 0, 0x41, version, 0x0b})
}
