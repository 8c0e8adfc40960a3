import numpy as np

from .errors import corrupt
from .host_file import HostFile
from .instance import Instance
from .sparse import Sparse, Table
from .tokens import Tokens


class TokenPart:
    """The rows that an adapter has for tokens of its own."""

    def __init__(self, kernels: Instance, file: HostFile) -> None:
        self.row_of = file.demand_list("row_of", np.int32)
        self._weights = file.demand_list("token_weights", np.float32, len(self.row_of)).astype(np.float64)
        rows = file.demand("token_rows", np.int8, None, file.d_out)
        scales = file.demand_list("token_scales", np.float32, len(rows))
        if file.term_frequency is None:
            raise corrupt("token rows without a term frequency")
        self._log = file.term_frequency == "log"
        self.table = Table.keep(kernels, rows, scales)

    def features(self, tokens: Tokens) -> Sparse:
        """φ: weights·tf(count), to unit length over each text."""
        counts = tokens.counts.astype(np.float64)
        values = self._weights[tokens.ids] * (np.log1p(counts) if self._log else counts)
        return Sparse(tokens.offsets, tokens.ids, tokens.counts).at_unit_length(values)

    def with_row(self, features: Sparse) -> Sparse:
        rows = self.row_of[features.ids]
        return features.only(rows >= 0, rows)

    def without_row(self, features: Sparse) -> Sparse:
        return features.only(self.row_of[features.ids] < 0, features.ids)
