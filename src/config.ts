/** Every default of chelated, once, with its unit and its reason. */
export const config = {
  /** Modes of the source; what the engine serves until told otherwise. */
  mode: 'baseline',
  /** Teacher weight α in hybrid mode, 0 … 1 (the source's default). */
  alpha: 0.5,
  /** Push magnitude η of the homeostatic push, in units of the unit sphere (the source's default). */
  push: 0.1,
  /** Epochs of gradient fits (the source's default). */
  epochs: 15,
  /** Teacher that is named when none is given (the source's default). */
  teacher: 'all-MiniLM-L6-v2',
  /** Student that is shipped with the package. */
  student: 'static',
  adapter: 'lexical',
  /** Output space: the teacher's is the wider and measured best. */
  space: 'teacher',
  seed: 0,
  /** What adapter files say made them; the version is package.json's. */
  createdBy: 'chelated 0.1.0',

  collapse: {
    /** Neighbours of a query that are looked at. */
    neighbours: 50,
    /** Collapse below this percentile of the spreads of the documents' own neighbourhoods. */
    percentile: 15,
    /** Documents sampled to calibrate the threshold. */
    calibrationDocuments: 1000,
    /** Noise sets kept for a document (K). */
    noiseSets: 32,
    /** A document with fewer events is not pushed. */
    minimumEvents: 3,
    /** Documents that stand in for queries when there are none yet: keeps the search linear in documents. */
    maximumQueries: 5000,
  },

  distil: {
    /** λ of the token table, tried on held-out documents (flat between .03 and .3). */
    lexicalLambdas: [0.03, 0.1, 0.3],
    /** λ of the affine ridge, relative to the mean squared singular value of the base vectors. */
    ridgeLambdas: [1e-5, 1e-3, 1e-2, 1e-1],
    /** Conjugate gradients: 12 to 20 iterations came within .005 nDCG of the exact solution. */
    cgTolerance: 1e-3,
    cgIterations: 40,
    /** λ of the token table and of the affine ridge before anything is chosen, and where too few documents allow no choice. */
    lexicalLambda: 0.1,
    ridgeLambda: 1e-3,
    /** λ of the ridge that makes the prior, relative as above: next to none, it has d numbers a target to fit. */
    priorLambda: 1e-5,
    /** The token ridge is solved exactly (n × n) for at most so many documents: a second. */
    dualDocuments: 512,
    /** Share of the documents kept out to choose and to judge, and their bounds in number. */
    heldOutShare: 0.2,
    heldOutMaximum: 500,
    /** Comparing fits: documents, width of the targets and iterations that keep the ranking of the choices at a tenth of the cost. */
    choice: { documents: 3000, dims: 96, tolerance: 1e-2, iterations: 8 },
    /** Another choice than the first one must beat it by this z on held-out queries. */
    choiceZ: 2,
  },

  gate: {
    /** Rank depth of the teacher's silver judgements and of nDCG. */
    depth: 10,
    /** Promote above this z of the paired difference in agreement. */
    z: 2,
    /** The same where agreement is the only signal (precomputed vectors: no sentence can be encoded). */
    zAlone: 4,
    /** Below so many documents no verdict is possible: refuse. */
    minimumDocuments: 150,
    /** Documents that held-out queries are searched in: more would only cost time. */
    maximumPool: 20_000,
  },

  evaluate: {
    /** Rank depths of nDCG, MRR and P, and of recall. */
    depth: 10,
    recallDepth: 100,
    /** Documents a query in a run, and so the depth of MAP (trec_eval's custom). */
    runDepth: 1000,
    /** Documents fetched past the run's depth, so that ties at its end are seen. */
    searchMargin: 32,
    /** Scores held at a time (12 MB with their rows): queries of a block times documents fetched. */
    searchBlock: 1_500_000,
    /** Resamples of the bootstrap and of the permutation test, and the confidence of the interval. */
    bootstrapSamples: 10_000,
    confidence: 0.95,
    /** BM25's saturation and length normalisation (Robertson's usual values). */
    bm25: { k1: 1.2, b: 0.75 },
  },

  adapterFile: {
    /** Format that is written, and the newest that is read. */
    formatVersion: 1,
    /** ONNX operator set and file version: the oldest that have every operator used, so the most readers. */
    opset: 17,
    irVersion: 8,
  },

  adapterRun: {
    /** What runs an adapter; onnxruntime is for graphs that the kernels do not know, and for accelerators. */
    backend: 'kernels',
    /** Rows corrected in one step: bounds the memory between input and output. */
    blockRows: 1024,
    /** f32 numbers that a step may gather in onnxruntime (rows × tokens × dims): 32 MB. */
    gatherNumbers: 8 * 1024 * 1024,
  },

  kernels: {
    /** Bytes of rows that a call copies into kernel memory at a time: small enough to stay in a core's own cache. */
    blockBytes: 512 * 1024,
    /** Memory grows by at least this many bytes, so that growing is rare. */
    growBytes: 4 * 1024 * 1024,
    /** Queries that pass over an index together, and the bytes of their k best. */
    topKQueries: 1024,
    topKBytes: 32 * 1024 * 1024,
    /** Right-hand sides that the sparse ridge solves together: more share the reading of S, fewer fit the cache. */
    ridgeColumns: 64,
  },

  encode: {
    /** Tokens of a text that the static student reads. */
    maxTokens: 512,
    /** Characters of one text; longer is refused before it is tokenised. */
    maxCharacters: 1_000_000,
    /** Texts a batch between two progress calls. */
    batch: 256,
    /** Words whose token ids are remembered, about 150 bytes each (20 MB in all), and the longest such word in UTF-16 units. */
    wordCache: { words: 100_000, maxCharacters: 64 },
  },

  http: {
    host: 'localhost',
    port: 8787,
    maxBodyBytes: 8 * 1024 * 1024,
    /** Texts or vectors in one request. */
    maxTexts: 2048,
    maxK: 1000,
    k: 5,
    /** Characters of a document that a search answer shows. */
    snippetCharacters: 300,
    /** Milliseconds that requests in flight get to end when the server closes. */
    closeMs: 5000,
  },

  cli: {
    /** Milliseconds between two lines of progress where stderr is not a terminal. */
    progressMs: 10_000,
    /** Queries that are timed, one at a time, for the median time of a query. */
    timedQueries: 200,
  },

  /** Where `chelated start` keeps what it distilled. */
  dataDirectory: '.chelated',
} as const;
