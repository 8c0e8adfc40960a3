// Correct reads texts (UTF-8, a NUL after each) and writes, for each text, how many token ids it has and those (u32), then all
// corrected vectors (f32): usage correct KERNELS.wasm WORDPIECE.wasm STUDENT ADAPTER TEXTS OUT.
package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"chelated"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 6 {
		return fmt.Errorf("usage: correct KERNELS.wasm WORDPIECE.wasm STUDENT ADAPTER TEXTS OUT")
	}
	files := make([][]byte, 5)
	for i := range files {
		var err error
		if files[i], err = os.ReadFile(args[i]); err != nil {
			return err
		}
	}
	ctx := context.Background()
	modules, err := chelated.Compile(ctx, files[0], files[1])
	if err != nil {
		return err
	}
	defer modules.Close(ctx)
	host, err := modules.NewHost(ctx)
	if err != nil {
		return err
	}
	student, err := host.OpenStudent(files[2])
	if err != nil {
		return err
	}
	adapter, err := host.OpenAdapter(files[3], student)
	if err != nil {
		return err
	}
	texts := strings.Split(strings.TrimSuffix(string(files[4]), "\x00"), "\x00")
	lists, err := student.TokenIDs(texts)
	if err != nil {
		return err
	}
	vectors, err := adapter.CorrectTexts(texts)
	if err != nil {
		return err
	}
	out, err := os.Create(args[5])
	if err != nil {
		return err
	}
	for _, ids := range lists {
		if err := binary.Write(out, binary.LittleEndian, append([]uint32{uint32(len(ids))}, ids...)); err != nil {
			return err
		}
	}
	if err := binary.Write(out, binary.LittleEndian, vectors.Data); err != nil {
		return err
	}
	return out.Close()
}
