// A Cloudflare Worker: the shipped student, corrected by the adapter at CHELATED_ADAPTER_URL.
import kernels from 'chelated/kernels.wasm';
import basis from 'chelated/student/basis.safetensors';
import card from 'chelated/student/card.json';
import gate from 'chelated/student/gate.safetensors';
import table from 'chelated/student/table.safetensors';
import tokenizer from 'chelated/student/tokenizer.json';
import wordPiece from 'chelated/wordpiece.wasm';
import { worker } from 'chelated/workerd';

export default worker({
  kernels,
  wordPiece,
  student: {
    card: JSON.stringify(card),
    tokenizer: JSON.stringify(tokenizer),
    table: new Uint8Array(table),
    basis: new Uint8Array(basis),
    gate: new Uint8Array(gate),
  },
});
