package chelated

import "fmt"

// Code says in which way chelated refuses; docs/abi.md lists the codes, the same in every language.
type Code string

const (
	WasmUnavailable   Code = "wasm_unavailable"
	AdapterCorrupt    Code = "adapter_corrupt"
	AdapterVersion    Code = "adapter_version"
	AdapterWrongModel Code = "adapter_wrong_model"
	ShapeMismatch     Code = "shape_mismatch"
	NotFinite         Code = "not_finite"
	TextRequired      Code = "text_required"
	TooLarge          Code = "too_large"
	InvalidInput      Code = "invalid_input"
)

// Error is what every function of this package returns when it refuses. Use errors.As.
type Error struct {
	Code    Code
	Message string
	Cause   error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

func (e *Error) Unwrap() error { return e.Cause }

func refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
