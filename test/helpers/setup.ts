import fc from 'fast-check';

// A fresh seed each run, printed, so that a failing run can be played again: CHELATED_SEED=… npm test
const seed = Number(process.env.CHELATED_SEED ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(seed)) throw new Error(`CHELATED_SEED must be an integer, got ${process.env.CHELATED_SEED}`);
console.error(`fast-check seed ${seed} (play it again with CHELATED_SEED=${seed})`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
