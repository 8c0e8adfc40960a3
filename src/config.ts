/**
 * Every default of chelated, once, with its unit and its reason. What was measured names its table, a heading of
 * results/README.md; what names none is a definition, a limit, another author's own value, or says that it was not measured.
 */
export const config = {
  /** Where there is no teacher; with one it is offline, within .001 of the best weight of the teacher (table “Which teacher weight”). */
  mode: 'baseline',
  /**
   * Teacher weight α in hybrid mode, 0 … 1. With the default adapter .8 to 1 is best on four collections, held-out agreement
   * chooses .9 or 1, and the source's .5 is .002 to .023 below .9 (table “Which teacher weight”).
   */
  alpha: 0.9,
  /**
   * Push magnitude η of the homeostatic push, in units of the unit sphere: the source's. Others were measured on vectors
   * (table “The hubness ladder”), not in a fit.
   */
  push: 0.1,
  /** Epochs of gradient fits: the source's, and what table “Trained adapters” was made with; others were not measured. */
  epochs: 15,
  /** Teacher that is named when none is given: the source's. Another is better on one collection of two (table “Which teacher; symmetric or asymmetric”). */
  teacher: 'all-MiniLM-L6-v2',
  /** Student that is shipped with the package (table “The student before any correction”). */
  student: 'static',
  /**
   * The same with words and pairs of words hashed into 2^bits buckets: 2^13 collide too often, 2^18 bring little more for
   * files of up to 91 MB (table “Words and pairs of words beside word pieces”).
   */
  words: { student: 'static-words', bucketBits: 15 },
  /** The same without its context gate: for model2vec's layout, and a quicker query (table “The context gate”). */
  plainStudent: 'static-plain',
  /** Above every other kind but residual, which is as good on average and reads the base vector too (tables “Quality without labels”, “Every kind”). */
  adapter: 'lexical',
  /**
   * Output space. The teacher's is as wide as the teacher and lets its own documents be searched. For the default adapter the
   * student's was not measured; a learned projection into it loses a little (table “Trained adapters”).
   */
  space: 'teacher',
  /** Of what is drawn and held out. What another changes was measured for few documents (table “Few documents”). */
  seed: 0,
  /** What adapter files say made them; the version is package.json's. */
  createdBy: 'chelated 0.1.0',

  /** The definition of a collapse, which does not predict quality (table “Collapse, over 20 cycles”); other numbers were not measured. */
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
    /** λ of the token table, tried on held-out documents: .1 and .3 are alike, 1 and 3 lose (table “What is chosen without judgements, beside the oracle”). */
    lexicalLambdas: [0.03, 0.1, 0.3],
    /** λ of the affine ridge, relative to the mean squared singular value of the base vectors; held-out documents choose. */
    ridgeLambdas: [1e-5, 1e-3, 1e-2, 1e-1],
    /** Conjugate gradients: 40 iterations were no better than 16 (an earlier student's figures: “Quality without labels”). */
    cgTolerance: 1e-2,
    cgIterations: 16,
    /** λ of the token table and of the affine ridge before anything is chosen, and where too few documents allow no choice. */
    lexicalLambda: 0.1,
    /**
     * Below so many documents λ of the token table grows, as the square root of how many times fewer there are. Twice to four times
     * as much costs nothing there (table “Few documents”).
     */
    lambdaDocuments: 1000,
    ridgeLambda: 1e-3,
    /** The same where the ridge pulls towards the student's own map into the teacher's space: there more pull costs less. */
    taughtRidgeLambda: 1e-2,
    /**
     * The same for the affine part of a residual adapter, which is pulled towards the rotation into the teacher's space, and
     * what is tried in its place. Held-out documents agree with the teacher the better the less the map may leave it
     * (table “A transformer as student”).
     */
    residualRidgeLambda: 1,
    residualRidgeLambdas: [0.1, 1, 10],
    /** λ of the ridge that makes the prior, relative as above: next to none, it has d numbers a target to fit. */
    priorLambda: 1e-5,
    /**
     * Weight of a token that the corpus does not have, where the fit has no prior: its row is only a guess, so it speaks
     * where no other token of the text does. (At full weight CISI lost .009 nDCG@10; in no table.)
     */
    unseenWeight: 1e-3,
    /** The token ridge is solved exactly (n × n) for at most so many documents: a second. */
    dualDocuments: 512,
    /** Share of the documents kept out to choose and to judge, and their bounds in number; other shares were not measured. */
    heldOutShare: 0.2,
    heldOutMaximum: 500,
    /**
     * Share of a domain's held-out documents that its reach takes in: a text further from the centroid than all but the
     * last twentieth of them is none of the domain (table “Several teachers, and one for each domain”).
     */
    domainReach: 0.95,
    /** With fewer documents of a domain than this, its teacher cannot be turned into the general one's space; not measured. */
    domainDocuments: 50,
    /** Comparing fits: documents, width of the targets and iterations that keep the ranking of the choices at a tenth of the cost. */
    choice: { documents: 3000, dims: 96, tolerance: 1e-2, iterations: 8 },
    /**
     * Another choice must beat the standing one by this z on held-out queries: 5 % for chance to win in any of seven trials
     * (table “Words and pairs of words beside word pieces”).
     */
    choiceZ: 2.7,
  },

  /** Gradient fits: the kinds `mlp` and `lowrank` (table “Trained adapters”; none of the numbers below has one of its own). Epochs stand above. */
  train: {
    /** Documents a step (the source's). */
    batch: 100,
    /** Peak of the cosine schedule. */
    learningRate: 1e-3,
    /** Share of the steps over which the rate rises to its peak: Adam's first estimates are poor. */
    warmup: 0.05,
    /** Decoupled, a unit of the learning rate. */
    weightDecay: 0.01,
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    loss: 'cosine',
    /** Weight of the similarity-preserving term: nDCG rose by .01 to .03 on three of four collections, flat from 5 to 50. */
    similarity: 10,
    /** The same on a trained projection, which without it could shrink to a point. */
    projectionSimilarity: 10,
    /** Epochs without a better held-out loss before the fit stops. */
    patience: 3,
    /** Hidden width of the MLP as a share of the base vector's (the source's), and the rank of `lowrank`. */
    hiddenShare: 0.5,
    rank: 32,
    /** Size of the untrained last layer: the untrained adapter is the base with cosine ≥ .99999. */
    initialScale: 5e-4,
    /** Milliseconds of training between two breaths in which timers, signals and a server get their turn. */
    breath: 50,
  },

  /** A discriminator of teacher against corrected vectors, beside the loss of a trained adapter. */
  adversary: {
    /** Weight of its reversed gradient: none (table “Adversarial distillation”), and at most as much as the discriminator's own. */
    weight: 0,
    mostWeight: 1,
    /** Units of its hidden layer; other widths were not measured. */
    hidden: 32,
    /** Length at which the gradient of either player is cut off. */
    clip: 1,
    /** Between these shares of right answers in a batch the game is on. */
    accuracy: { least: 0.02, most: 0.98 },
  },

  gate: {
    /** Rank depth of the teacher's silver judgements and of nDCG. */
    depth: 10,
    /** Promote above this z of the paired difference in agreement (table “The gate”). */
    z: 2,
    /**
     * Refuse where inverse cloze falls below minus this z. A mean that may not fall at all missed a third of the certain gains;
     * the loss of .02 that fell least had z = −3.3 (table “The gate”).
     */
    fallZ: 2,
    /**
     * The same where nothing stands beside the teacher's ranking: precomputed vectors, documents too short to take a sentence
     * from, and the advice to mix documents (table “Which documents to search”).
     */
    zAlone: 4,
    /** With fewer sentences taken out than this, inverse cloze is no signal. */
    minimumSentences: 20,
    /** With fewer documents fits gain on two collections and lose .006 to .009 on one, and what is held out cannot tell: refuse (table “Few documents”). */
    minimumDocuments: 150,
    /** Documents that held-out queries are searched in: more would only cost time. */
    maximumPool: 20_000,
    /** Documents that the judged fit sees, of those held in: a fit on fewer is judged a little harder than it deserves. */
    maximumFitted: 20_000,
  },

  /** Documents that fits are made on, to see how many it takes (table “Few documents”). */
  fewDocuments: [50, 100, 150, 300, 1000, 3000, 5000],

  /** Documents that the teacher encodes to see how long all of them would take. */
  timedDocuments: 64,

  /** Topics that fits leave out. */
  topics: {
    /** Clusters of the documents, and the rounds of k-means after which it stops where it is. */
    count: 10,
    iterations: 100,
    /** Queries with at least this share of their relevant documents in topics left out are reported alone as well. */
    mostly: 0.75,
  },

  /** The experiment of repeated sedimentation (table “Collapse, over 20 cycles”). */
  cycles: {
    count: 20,
    /** Queries between two cycles. */
    queries: 100,
    /** Teacher weight over the cycles, high to low; every shape is measured. */
    curriculum: { from: 0.9, to: 0.1 },
  },

  /** Corrections that learn from judged queries of a train split, which choose what is tried here (table “Learning from labels”). */
  labelled: {
    /** Of the contrastive loss. */
    temperature: 0.05,
    /** Peaks of its learning rate that are tried, from a tenth of what a fit from nothing takes; train queries kept out choose. */
    learningRates: [1e-4, 1e-3],
    /** Query–document pairs a step, each the other's negatives. */
    batch: 64,
    epochs: 30,
    /** Share of the train queries kept out to stop, and to choose γ and λ. */
    heldOutShare: 0.2,
    /** NUDGE: how far a document's vector may move, tried on the train queries kept out. */
    nudges: [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.4],
    /** λ of the query map, relative to the mean squared singular value of the train queries. */
    queryLambdas: [0.01, 0.1, 1, 10, 100, 1000],
  },

  /** Corrected vectors and BM25 as one ranking. */
  fusion: {
    method: 'z-score',
    /** Weights of vectors and BM25: what three collections choose for a fourth, and the better method (table “Which weight beside BM25”). */
    weights: [0.5, 0.5],
    /** Passages of held-out documents that choose a weight in the laboratory: each is fused once a weight. */
    pseudoQueries: 200,
    /** The constant of reciprocal ranks, its authors' own. */
    rankConstant: 60,
    /** Best documents of each side whose scores are fused, and so what z-scores are taken over: as many as a run of the laboratory has. */
    depth: 1000,
  },

  /** What the rungs of the hubness ladder are tried with; pseudo-queries choose (table “The hubness ladder”). */
  hubness: {
    /** Rank depth of N_k, whose skewness is reported. */
    depth: 10,
    topDirections: [1, 2, 3, 5, 10],
    whitenShrinkages: [0.1, 0.3, 0.6, 0.9],
    localCentroids: [10, 50].flatMap((k) => [0.1, 0.2, 0.3, 0.5, 0.75, 1].map((gamma) => ({ gamma, k }))),
    cslsNeighbours: [5, 10, 20, 50],
    softmaxBetas: [5, 10, 20, 50],
    pushes: [0.05, 0.1, 0.2, 0.4],
    /** Parts of documents that stand in for queries. */
    pseudoQueries: 400,
    /** The same where a transformer has to embed them and the documents they leave behind. */
    transformerPseudoQueries: 120,
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
    /** BM25's saturation and length normalisation (Robertson's usual values, and those that SQLite has built in). */
    bm25: { k1: 1.2, b: 0.75 },
  },

  adapterFile: {
    /** Format that is written, and the newest that is read. */
    formatVersion: 1,
    /** ONNX operator set and file version: the oldest that have every operator used, so the most readers. */
    opset: 17,
    irVersion: 8,
  },

  hostFile: {
    /** Format of files for hosts in other languages (docs/abi.md), written and read. */
    formatVersion: 1,
  },

  adapterRun: {
    /** What runs an adapter; onnxruntime is for graphs that the kernels do not know, and for accelerators. */
    backend: 'kernels',
    /** Rows corrected in one step: bounds the memory between input and output. */
    blockRows: 1024,
    /** f32 numbers that a step may gather in onnxruntime (rows × tokens × dims): 32 MB. */
    gatherNumbers: 8 * 1024 * 1024,
  },

  /** What runs ONNX graphs: adapters in onnxruntime, transformers, gradient fits. */
  device: {
    /** auto: WebGPU where it was tried and is right, else wasm. */
    choice: 'auto',
    /** Least limits of a device that `auto` takes: what every WebGPU implementation of full feature level promises. */
    limits: {
      maxBufferSize: 256 * 1024 * 1024,
      maxStorageBufferBindingSize: 128 * 1024 * 1024,
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupStorageSize: 16 * 1024,
      maxComputeWorkgroupsPerDimension: 65_535,
      maxStorageBuffersPerShaderStage: 8,
    },
    /** How far the device's answer on the known vector may be off: a hundred times what f32 rounds there. */
    tolerance: 1e-5,
    /** Training steps between two reads of the loss from a device. */
    lossSteps: 10,
  },

  kernels: {
    /** Bytes of rows that a call copies into kernel memory at a time: small enough to stay in a core's own cache. */
    blockBytes: 512 * 1024,
    /** Memory grows by at least this many bytes, so that growing is rare. */
    growBytes: 4 * 1024 * 1024,
    /** Memory kept for what calls need only while they run: room for a few rows; calls with more take blocks. */
    scratchBytes: 64 * 1024,
    /** Queries that pass over an index together, and the bytes of their k best. */
    topKQueries: 1024,
    topKBytes: 32 * 1024 * 1024,
    /** Rows of a growing index's first chunk, and the bytes that later ones grow to: little is wasted on a small index, and a large one is read as fast as if it were whole. */
    firstChunkRows: 32,
    /** Up to so many rows a product with a resident map goes by its strips: packing the map would cost more (384 × 384, measured). */
    fewRows: 32,
    chunkBytes: 1024 * 1024,
    /** Right-hand sides that the sparse ridge solves together: more share the reading of S, fewer fit the cache. */
    ridgeColumns: 32,
    threads: {
      /** More bring nothing where memory is the limit, and each costs a few MB. */
      most: 8,
      /** Multiply–adds of a call from which several threads are faster than one: waking them takes some 50 µs. */
      leastWork: 4_000_000,
      /** Calls that wait for a thread at a time, for each: enough that none idles while rows are copied in. */
      callsEach: 16,
      /** Milliseconds without one call done after which a thread counts as lost; a call takes a few. */
      lostMs: 60_000,
    },
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

  onnxEncoder: {
    /** Tokens, padding included, of one batch. Larger is slower on a CPU, whose caches attention outgrows (2,048: 7 % at 256 tokens a text). */
    batchTokens: 512,
    /** Texts that are tokenised and sorted by length together: bounds the memory of their tokens. */
    windowTexts: 4096,
    /** Threads where the runtime can start them. */
    threads: 2,
    /** Which file is taken of those that a model has: full precision first, then what a CPU runs well. */
    dtypes: ['fp32', 'q8', 'int8', 'uint8', 'fp16', 'q4', 'q4f16', 'bnb4'],
    /** Tokens of a text, special ones included, for a model that does not say how many it reads. */
    maxTokens: 512,
    /** Models that are known without their owner's name, and whose they are on the hub. */
    wellKnown: { owner: 'sentence-transformers', names: ['all-MiniLM-L6-v2', 'all-mpnet-base-v2'] },
  },

  openAiEncoder: {
    baseUrl: 'https://api.openai.com/v1',
    /** Environment variable that holds the key. */
    keyVariable: 'OPENAI_API_KEY',
    /** Limits of one request: the service's own are 2,048 texts and 300,000 tokens; a token has about four characters. */
    batchTexts: 128,
    batchCharacters: 400_000,
    /** Requests under way at a time. */
    concurrency: 4,
    /** Milliseconds until a request counts as lost. */
    timeoutMs: 60_000,
    /** Attempts after the first, and the milliseconds between them: doubled each time, with jitter. */
    retries: 5,
    minWaitMs: 500,
    maxWaitMs: 30_000,
    /** A server that asks for a longer wait than this is reported, not waited for. */
    longestWaitMs: 120_000,
    /** Texts refused, with none accepted yet, after which it is the service that fails and not the texts. */
    refusals: 8,
    /** Tokens of a text that the service's models read; it decides itself. */
    maxTokens: 8191,
  },

  embeddingCache: {
    /** Bytes on disk of all models together; the oldest segments go first. */
    maxBytes: 4 * 1024 ** 3,
    /** Bytes of one segment: what is evicted at a time. */
    segmentBytes: 64 * 1024 ** 2,
  },

  /** Making a student of one's own from a teacher and general text. */
  // Measured in table “The student before any correction”; held-out text settled what has no reason of its own below.
  makeStudent: {
    /** Width of its table: what 8 MiB of int8 rows hold of BERT's vocabulary, its basis beside them. */
    dims: 256,
    dtype: 'int8',
    /** The constant a of SIF weights a/(a + p). */
    sifA: 1e-4,
    /** One text in so many is held out, to choose λ and to compare with the raw table. */
    heldOutEvery: 100,
    paragraphs: {
      /** Paragraphs a text. Each is compared with all texts: 25,000 with 166,000 in a minute or two. */
      share: 0.15,
      /** The same of the held-out texts, which make more: they are few, and only judge. */
      heldOutShare: 0.5,
      /** Nearest texts that a paragraph draws from, and how many of them it takes. */
      neighbours: 24,
      sentences: { least: 3, most: 12 },
      /** Neighbours are searched for so many paragraphs at a time. */
      block: 512,
    },
    /**
     * A text weighs as many times as it has so many tokens (the middle length of a definition), up to a most: held-out text of
     * every kind likes 8 less (table “What else helps”).
     */
    weight: { tokens: 16, most: 2 },
    /** λ of the token table, tried on the held-out texts: against the sums of a hundred thousand texts, not of a corpus. */
    lambdas: [0.3, 1, 3, 10],
    /** λ is chosen on one axis in so many, wide and narrow ones alike; the widest alone want more shrinking than all do. */
    choiceStride: 4,
    cg: { tolerance: 1e-3, maxIterations: 40 },
    /** Texts that the teacher embeds in one go; whole ones are kept by the cache, so that a run that was stopped goes on. */
    chunkTexts: 4096,
    /**
     * A context gate: its width, passes over the texts, texts of a step and Adam's rate, settled on held-out general text
     * (table “The context gate”). It is kept where it gains more than z standard errors there; fewer
     * held-out texts than the least cannot tell, and none is trained.
     */
    gate: { dims: 32, epochs: 2, batch: 128, learningRate: 1e-2, z: 2, leastHeldOut: 30 },
    /**
     * Mean cosine of a student's documents to a teacher's from which on the two share a space (the same teacher: .6 and
     * more, others: about 0), and the documents that are compared.
     */
    sharedSpaceCosine: 0.3,
    sharedSpaceDocuments: 256,
    /** Tokens of one batch while the teacher embeds single tokens of the vocabulary. */
    tokensAtOnce: 512,
  },

  store: {
    /** Name of the database in the data folder. */
    file: 'chelated.db',
    /** Documents read at a time where all of them are. */
    scanDocuments: 4096,
    /** Memory for pages of the database: the indexes of some hundred thousand documents. */
    cacheKiB: 64 * 1024,
    /** Texts whose words are indexed between two turns of everything else, where a collection that is there is indexed. */
    sliceTexts: 256,
    /** Words of a query that are searched for; each costs time. (The longest query of CISI has 185: 64 cost it nothing.) */
    queryWords: 128,
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
    /** Characters of a refusal's message: enough for what it says, not for all that it quotes. */
    messageCharacters: 1000,
    /** Milliseconds that requests in flight get to end when the server closes. */
    closeMs: 5000,
    /** Requests in flight at a time, those that wait for their turn included; one more is refused and told to come again. */
    maxRequests: 256,
    /** The same of answers that go on for long: a job watched, documents streamed in. */
    maxStreams: 32,
    /** Seconds after which a client that was refused may come again. */
    retrySeconds: 1,
    /** Milliseconds that one request may take in all, and that a client may pause within a streamed body. */
    requestMs: 30_000,
    /** Documents of a stream that are written together, and bytes of one of its lines. */
    streamBatch: 256,
    maxLineBytes: 1024 * 1024,
    /** Answers kept for clients that send the same request again, and the milliseconds for which they are. */
    idempotency: { entries: 1000, ms: 600_000 },
    /** Characters of a key that makes requests idempotent. */
    maxKeyCharacters: 255,
    /** Collapse events that an answer shows unless told otherwise, and at most. */
    logEntries: { usual: 100, most: 1000 },
    /** Points of the plots over time, and the milliseconds between two. */
    timeline: { points: 500, ms: 10_000 },
    /** Milliseconds between two looks at a job that a client watches. */
    watchMs: 200,
    /** Milliseconds after which it is told again what it knows. */
    repeatMs: 5000,
    /** Upper bounds of the histogram of seconds a request took. */
    seconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },

  /** Texts of several callers that an encoder embeds in one go. */
  batching: { texts: 256 },

  /** An edge without a disk: milliseconds between two looks whether its adapter has changed, and bytes of one. */
  edge: { refreshMs: 60_000, maxAdapterBytes: 64 * 1024 * 1024, fetchMs: 10_000 },

  cli: {
    /** Characters of a line on stderr that says what failed. */
    messageCharacters: 1000,
    /** Milliseconds between two lines of progress where stderr is not a terminal. */
    progressMs: 10_000,
    /** Queries that are timed, one at a time, for the median time of a query. */
    timedQueries: 200,
    /** Environment variables with the keys of a server. */
    keyUse: 'CHELATED_KEY_USE',
    keyAdmin: 'CHELATED_KEY_ADMIN',
  },

  /** What runs behind a server: collections, generations, cycles. */
  engine: {
    /** The collection that is meant when none is named. */
    collection: 'default',
    /** Characters of an id, and of the name of a collection. */
    maxIdCharacters: 512,
    /** Generations kept beside the student, the serving one included: each costs an index in memory. */
    keep: 3,
    /** Documents read or projected between two turns of everything else: a millisecond of a 384 × 384 map on two threads, two on one. */
    sliceDocuments: 256,
    /** Documents read at a time when a collection is opened. */
    readDocuments: 1024,
    /** Newest entries of the history that are looked at or shown. */
    historyEntries: 200,
    /** Results fetched past k, so that ties at its end are seen; doubled while they go on. */
    tieMargin: 8,
    /**
     * Which documents a cycle's adapter searches: what held-out passages advise, corrected ones or their mean with the
     * teacher's (table “Which documents to search”).
     */
    serving: 'advised',
    /** Share of the searches in which the collapse detector looks. */
    sampleRate: 0.1,
    /** Collapse events that are kept in memory before they are written. */
    eventBuffer: 32,
    /** Milliseconds that a teacher gets for one batch before it counts as hung. */
    teacherMs: 120_000,
    /** Documents that a teacher embeds before what it said is kept. */
    teacherBatch: 256,
    /** Milliseconds that one fit may take in all. */
    fitMs: 3_600_000,
    monitor: {
      /** Documents compared: with each other, and with the teacher's neighbours of the same ones. */
      documents: 1000,
      /** Documents that are searched for in one go, between two turns of everything else. */
      sliceQueries: 32,
      /** Neighbours of the hubness figure N_k, and rank depth of agreement and judged nDCG. */
      depth: 10,
      /** A generation that is worse than the one before it by this z of the paired difference is rolled back. */
      z: 3,
    },
  },

  /** Where `chelated start` keeps what it distilled. */
  dataDirectory: '.chelated',
} as const;
