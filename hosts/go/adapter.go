package chelated

// Adapter is a learned map in the memory of its host: corrected vector = normalise(A(input)).
type Adapter struct {
	// Kind is identity, orthogonal, affine, lexical, residual, lowrank or mlp; OutputSpace the student's or the teacher's.
	Kind, OutputSpace string
	// BaseFingerprint is that of the student it was fitted for; Fingerprint marks the vectors that come out.
	BaseFingerprint, Fingerprint string
	DIn, DOut                    int

	host           *Host
	student        *Student // of text, and what a lexical adapter falls back on; may be nil
	linear         *linear
	into, out      *linear
	bias, intoBias []float32
	tokens         *tokenPart
}

// Input is what a caller has of some texts: base vectors, tokens, or both. Tokens are counted as they occur: where the student
// has a context gate, the adapter has it weigh them.
type Input struct {
	Vectors *Matrix
	Tokens  *Tokens
}

// OpenAdapter reads the host file of an adapter. The student may be nil where no text is given; a lexical adapter needs it, and
// so does a residual one whose student has a context gate.
func (h *Host) OpenAdapter(file []byte, student *Student) (*Adapter, error) {
	f, err := readHostFile(file, adapterFile, gatedAdapterFile)
	if err != nil {
		return nil, err
	}
	if student != nil && (student.Fingerprint != f.baseFingerprint || student.host != h) {
		return nil, refuse(AdapterWrongModel, "the adapter was fitted for student %.12s…, this one is %.12s…; use that student, opened by the same host", f.baseFingerprint, student.Fingerprint)
	}
	a := &Adapter{
		Kind: f.kind, OutputSpace: f.outputSpace, BaseFingerprint: f.baseFingerprint, Fingerprint: f.fingerprint,
		DIn: f.dIn, DOut: f.dOut, host: h, student: student,
	}
	if f.content == gatedAdapterFile && a.needsTokens() && student == nil {
		return nil, refuse(AdapterWrongModel, "the student %.12s… of the %s adapter weighs tokens by their text; open it with that student", f.baseFingerprint, f.kind)
	}
	if err := h.open(f, a.read); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *Adapter) read(f *hostFile) (err error) {
	k := a.host.kernels
	if a.linear, err = k.keepLinear(f, "map", a.DOut, a.DIn); err != nil {
		return err
	}
	if a.linear == nil && a.DIn != a.DOut {
		return corrupt("without a map, %d numbers in cannot be %d out", a.DIn, a.DOut)
	}
	if a.bias, err = optionalList(f, "bias", a.DOut); err != nil {
		return err
	}
	if a.Kind == "lowrank" || a.Kind == "mlp" {
		if a.into, err = k.keepLinear(f, "into", -1, a.DIn); err != nil {
			return err
		}
		if a.into == nil {
			return corrupt("no section into")
		}
		if a.intoBias, err = optionalList(f, "into_bias", a.into.dOut); err != nil {
			return err
		}
		if a.out, err = k.keepLinear(f, "out", a.DOut, a.into.dOut); err != nil {
			return err
		}
		if a.out == nil {
			return corrupt("no section out")
		}
	}
	if !a.needsTokens() {
		return nil
	}
	if a.tokens, err = readTokenPart(f, k); err != nil {
		return err
	}
	if a.Kind == "lexical" && (a.student == nil || a.student.vocabulary() != len(a.tokens.rowOf) || a.student.Dims != a.DIn) {
		return refuse(AdapterWrongModel, "the lexical adapter falls back on a student's token table of %d × %d; open it with that student", len(a.tokens.rowOf), a.DIn)
	}
	return nil
}

func (a *Adapter) needsTokens() bool  { return a.Kind == "lexical" || a.Kind == "residual" }
func (a *Adapter) needsVectors() bool { return a.Kind != "lexical" }

// CorrectTexts tokenizes, encodes and corrects.
func (a *Adapter) CorrectTexts(texts []string) (Matrix, error) {
	if a.student == nil {
		return Matrix{}, refuse(InvalidInput, "the adapter was opened without a student; give vectors or tokens to Correct")
	}
	tokens, err := a.student.Tokenize(texts)
	if err != nil {
		return Matrix{}, err
	}
	input := Input{Tokens: &tokens}
	if a.needsVectors() {
		vectors, err := a.student.EncodeTokens(tokens)
		if err != nil {
			return Matrix{}, err
		}
		input.Vectors = &vectors
	}
	return a.Correct(input)
}

// Correct gives unit rows, or exactly zero for a zero input.
func (a *Adapter) Correct(input Input) (Matrix, error) {
	n, err := a.check(input)
	if err != nil {
		return Matrix{}, err
	}
	a.host.mu.Lock()
	defer a.host.mu.Unlock()
	corrected := NewMatrix(n, a.DOut)
	for from := 0; from < n; from += blockRows {
		to := min(from+blockRows, n)
		block, err := a.step(input, from, to)
		if err != nil {
			return Matrix{}, err
		}
		copy(corrected.slice(from, to).Data, block.Data)
	}
	return corrected, corrected.checkFinite("corrected vectors")
}

func (a *Adapter) check(input Input) (n int, err error) {
	if a.needsTokens() {
		if input.Tokens == nil {
			return 0, refuse(TextRequired, "the %s adapter needs the texts' tokens, got vectors alone; give the texts", a.Kind)
		}
		n = input.Tokens.Texts()
		if err := input.Tokens.check(len(a.tokens.rowOf)); err != nil {
			return 0, err
		}
	}
	if !a.needsVectors() {
		return n, nil
	}
	x := input.Vectors
	if x == nil {
		return 0, refuse(InvalidInput, "the %s adapter needs base vectors, got none; encode the texts first", a.Kind)
	}
	if err := x.check("vectors"); err != nil {
		return 0, err
	}
	if x.Dims != a.DIn {
		return 0, refuse(ShapeMismatch, "adapter expects d=%d, got vectors with d=%d; fit it again for this model", a.DIn, x.Dims)
	}
	if a.needsTokens() && x.Rows != n {
		return 0, refuse(ShapeMismatch, "%d vectors and the tokens of %d texts; give both of the same texts", x.Rows, n)
	}
	return x.Rows, x.checkFinite("vectors to correct")
}

// step corrects one block; the terms are added in the order of docs/abi.md.
func (a *Adapter) step(input Input, from, to int) (Matrix, error) {
	k := a.host.kernels
	var x *Matrix
	var features sparse
	if a.needsVectors() {
		cut := input.Vectors.slice(from, to)
		x = &cut
	}
	if a.needsTokens() {
		tokens := input.Tokens.slice(from, to)
		if a.student != nil {
			var err error
			if tokens, err = a.student.weigh(tokens); err != nil {
				return Matrix{}, err
			}
		}
		features = a.tokens.features(tokens)
	}
	base := x
	if a.Kind == "lexical" {
		if rest := features.only(a.tokens.withoutRow).only(a.student.row); len(rest.ids) > 0 {
			sums, err := k.bag(a.student.table, rest)
			if err != nil {
				return Matrix{}, err
			}
			base = &sums
		}
	}
	sum := terms{}
	if base != nil {
		sum.add(a.linear.apply(k, *base))
		if a.into != nil {
			hidden, err := a.into.apply(k, *base)
			a.activate(hidden)
			if err == nil {
				hidden, err = a.out.apply(k, hidden)
			}
			sum.add(hidden, err)
		}
	}
	if a.needsTokens() {
		if known := features.only(a.tokens.row); len(known.ids) > 0 {
			sum.add(k.bag(a.tokens.rows, known))
		}
	}
	if sum.err != nil {
		return Matrix{}, sum.err
	}
	y := sum.total
	if y.Data == nil {
		y = NewMatrix(to-from, a.DOut)
	}
	for i := range y.Rows {
		for j, b := range a.bias {
			y.Row(i)[j] += b
		}
	}
	unit, err := a.host.normalize(y)
	for i := range unit.Rows {
		if (x == nil || isZero(x.Row(i))) && (features.offsets == nil || isZero(features.values[features.offsets[i]:features.offsets[i+1]])) {
			clear(unit.Row(i))
		}
	}
	return unit, err
}

func (a *Adapter) activate(hidden Matrix) {
	if a.intoBias == nil {
		return
	}
	for i := range hidden.Rows {
		row := hidden.Row(i)
		for j, b := range a.intoBias {
			row[j] = max(row[j]+b, 0)
		}
	}
}

// terms adds up matrices, the first as it is.
type terms struct {
	total Matrix
	err   error
}

func (t *terms) add(m Matrix, err error) {
	if t.err == nil {
		t.err = err
	}
	if t.err != nil {
		return
	}
	if t.total.Data == nil {
		t.total = m
		return
	}
	for e, v := range m.Data {
		t.total.Data[e] += v
	}
}

func optionalList(f *hostFile, name string, length int) ([]float32, error) {
	s, err := f.take(name, f32, length, 1)
	if err != nil || s == nil {
		return nil, err
	}
	return numbersOf[float32](*s), nil
}
