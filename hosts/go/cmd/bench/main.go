// Bench times a host beside plain Go: usage bench KERNELS.wasm WORDPIECE.wasm STUDENT LEXICAL AFFINE TEXTS. bench/README.md says what is measured.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"chelated"
)

const (
	rows, dims = 1000, 384
	rounds     = 5
	roundTime  = 200 * time.Millisecond
)

type figures struct {
	Name   string  `json:"name"`
	Batch  float64 `json:"batch"`  // ns a vector, a thousand a call
	One    float64 `json:"one"`    // calls a second, one vector a call
	Native float64 `json:"native"` // ns a vector
}

func main() {
	files := make([][]byte, 6)
	for i := range files {
		files[i] = must(os.ReadFile(os.Args[1+i]))
	}
	start := time.Now()
	modules := must(chelated.Compile(context.Background(), files[0], files[1]))
	host := must(modules.NewHost(context.Background()))
	student := must(host.OpenStudent(files[2]))
	lexical := must(host.OpenAdapter(files[3], student))
	load := time.Since(start)
	affine := must(host.OpenAdapter(files[4], nil))

	x := chelated.NewMatrix(rows, dims)
	numbers := rand.New(rand.NewPCG(1, 2))
	for i := range x.Data {
		x.Data[i] = float32(numbers.NormFloat64())
	}
	one := chelated.Matrix{Rows: 1, Dims: dims, Data: x.Row(0)}
	lists := must(student.TokenIDs(strings.Split(strings.TrimSuffix(string(files[5]), "\x00"), "\x00")))
	tokens, first := chelated.Count(lists), chelated.Count(lists[:1])
	native := newNative()
	y := make([]float32, dims)

	report := []figures{
		measure("normalize", rows, func() { must(host.Normalize(x)) }, func() { must(host.Normalize(one)) }, func() {
			for i := range rows {
				native.normalize(x.Row(i), y)
			}
		}),
		measure("affine", rows, func() { must(affine.Correct(chelated.Input{Vectors: &x})) },
			func() { must(affine.Correct(chelated.Input{Vectors: &one})) }, func() {
				for i := range rows {
					native.affine(x.Row(i), y)
				}
			}),
		measure("lexical", len(lists), func() { must(lexical.Correct(chelated.Input{Tokens: &tokens})) },
			func() { must(lexical.Correct(chelated.Input{Tokens: &first})) }, func() {
				for _, ids := range lists {
					native.gather(ids, y)
				}
			}),
	}
	must(0, json.NewEncoder(os.Stdout).Encode(map[string]any{"load": load.Seconds() * 1e3, "figures": report}))
}

func measure(name string, vectors int, batch, one, native func()) figures {
	return figures{name, seconds(batch) * 1e9 / float64(vectors), 1 / seconds(one), seconds(native) * 1e9 / float64(vectors)}
}

// seconds a call, the median of rounds.
func seconds(call func()) float64 {
	call()
	took := make([]float64, rounds)
	for r := range took {
		calls := 0
		start := time.Now()
		for time.Since(start) < roundTime {
			call()
			calls++
		}
		took[r] = time.Since(start).Seconds() / float64(calls)
	}
	slices.Sort(took)
	return took[rounds/2]
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}
