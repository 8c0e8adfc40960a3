// Package chelated runs a static student and an adapter inside a Go program: text in, corrected vector out, without cgo
// and without a server. The arithmetic is that of two WebAssembly modules, run by wazero.
//
// Compile the modules once; goroutines share them. A [Host] is an instance of both with memory of its own: its calls run
// one at a time, whoever makes them, so open one a goroutine where speed matters. Results are bit for bit those of the
// other languages.
package chelated
