package chelated

import "strings"

func (s *Student) openTokenizer(f *hostFile) error {
	w, tokens := s.host.wordPiece, len(s.weights)
	rules, err := f.demand("rules", u32, 5, 1)
	if err != nil {
		return err
	}
	at := map[string]uint64{}
	size := map[string]uint64{}
	for _, part := range []struct {
		name    string
		numbers numberType
		rows    int
	}{{"texts", u8, -1}, {"offsets", u32, tokens + 1}, {"kinds", u8, tokens}, {"prefix", u8, -1}} {
		section, err := f.demand(part.name, part.numbers, part.rows, 1)
		if err != nil {
			return err
		}
		if at[part.name], err = w.keep(section.bytes); err != nil {
			return err
		}
		size[part.name] = uint64(len(section.bytes))
	}
	rule := numbersOf[uint32](rules)
	unknown, maxCharacters, flags := uint64(rule[0]), uint64(rule[1]), uint64(rule[2])
	s.maxTokens, s.maxBytes = int(rule[3]), int(rule[4])
	s.idsPerToken = 1
	if bits := flags >> 8; bits > 0 {
		s.buckets, s.idsPerToken = 1<<bits, 3 // itself, its word's bucket and its pair's
	}
	block, err := w.call("wordpiece_bytes", at["kinds"], uint64(tokens), maxCharacters)
	if err != nil {
		return err
	}
	if s.model, err = w.keep(make([]byte, block)); err != nil {
		return err
	}
	if block != 0 {
		opened, err := w.call("wordpiece_open", at["texts"], size["texts"], at["offsets"], at["kinds"], uint64(tokens), at["prefix"], size["prefix"], unknown, maxCharacters, flags, s.model)
		if err != nil || opened == 1 {
			return err
		}
	}
	return corrupt("the vocabulary of %d tokens is not WordPiece's", tokens)
}

// Tokenize gives the tokens of the texts, as adapters take them.
func (s *Student) Tokenize(texts []string) (Tokens, error) {
	lists, err := s.TokenIDs(texts)
	return Count(lists), err
}

// TokenIDs gives the token ids of each text in reading order. What is not UTF-8 counts as U+FFFD.
func (s *Student) TokenIDs(texts []string) ([][]uint32, error) {
	for i, text := range texts {
		if len(text) > s.maxBytes {
			return nil, refuse(TooLarge, "text %d has %d bytes, at most %d are read; split it", i, len(text), s.maxBytes)
		}
	}
	s.host.mu.Lock()
	defer s.host.mu.Unlock()
	lists := make([][]uint32, 0, len(texts))
	for from := 0; from < len(texts); from += blockRows {
		block, err := s.tokenIDs(texts[from:min(from+blockRows, len(texts))])
		if err != nil {
			return nil, err
		}
		lists = append(lists, block...)
	}
	return lists, nil
}

func (s *Student) tokenIDs(texts []string) ([][]uint32, error) {
	w, n := s.host.wordPiece, len(texts)
	joined := strings.Join(texts, "")
	offsets := make([]uint32, n+1)
	for i, text := range texts {
		offsets[i+1] = offsets[i] + uint32(len(text))
	}
	room := s.idsPerToken * min(n*s.maxTokens, len(joined))
	at, err := w.scratch(4*len(offsets), 4*len(offsets), 4*room, len(joined))
	if err != nil {
		return nil, err
	}
	starts, rows, ids, bytes := at[0], at[1], at[2], at[3]
	w.write(starts, bytesOf(offsets))
	copy(w.view(bytes, len(joined)), joined)
	found, err := w.call("wordpiece_encode", s.model, bytes, uint64(len(joined)), starts, uint64(n), uint64(s.maxTokens), ids, uint64(room), rows)
	if err != nil {
		return nil, err
	}
	all := make([]uint32, found)
	w.read(bytesOf(all), ids)
	w.read(bytesOf(offsets), rows)
	lists := make([][]uint32, n)
	for i := range lists {
		lists[i] = all[offsets[i]:offsets[i+1]]
	}
	return lists, nil
}
