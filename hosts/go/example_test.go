package chelated_test

import (
	"context"
	"fmt"
	"os"

	"chelated"
)

func Example() {
	ctx := context.Background()
	kernels, _ := os.ReadFile("../../assets/chelated-kernels.wasm")
	wordPiece, _ := os.ReadFile("../../assets/chelated-wordpiece.wasm")
	modules, _ := chelated.Compile(ctx, kernels, wordPiece)
	defer modules.Close(ctx)
	host, _ := modules.NewHost(ctx)
	studentFile, _ := os.ReadFile("../../test/vectors/host/student.chelated")
	adapterFile, _ := os.ReadFile("../../test/vectors/host/lexical.chelated")
	student, _ := host.OpenStudent(studentFile)
	adapter, _ := host.OpenAdapter(adapterFile, student)
	vectors, err := adapter.CorrectTexts([]string{"a cat", "a dog"})
	fmt.Println(vectors.Rows, vectors.Dims, err)
	// Output: 2 5 <nil>
}
