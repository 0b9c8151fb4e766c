"""A server of the Model Context Protocol: the same texts, limits and results as over HTTP, for assistants.

`mcp` in this file is the official SDK; this module is only ever `stemme.service.mcp`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import orjson
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from stemme import __version__
from stemme.analysis import Analysis
from stemme.exports.outcomes import TextAnalyzer
from stemme.service.batching import Batcher, Text
from stemme.service.desk import Desk
from stemme.service.refusals import RefusedError
from stemme.service.schema import AnalyzeResponse, Labels
from stemme.service.settings import Settings
from stemme.text.tags import PATTERN, normal

_INSTRUCTIONS = (
    "Reads what customers and businesses write, in many languages: whether a text is customer-centric (the "
    "relationship over time) or customer-focused (what is at hand), sentence by sentence, and which needs and "
    "complaints it holds, as exact spans with a topic. Offsets count code points of the text as given."
)
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


def create_server(settings: Settings, analyzer: TextAnalyzer) -> MCPServer:
    """Return the server, not running yet.

    Args:
        settings: The limits.
        analyzer: The model; from now on only the server may use it.
    """
    batcher = Batcher(analyzer, settings.gather_ms / 1000, settings.max_waiting_texts, settings.max_waiting_characters)
    desk = Desk(settings, batcher)
    batcher.start()  # its thread ends with the process; whoever waits for it is answered before

    server = MCPServer("stemme", title="Stemme", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING")

    @server.tool(title="Analyse texts", annotations=_READS)
    async def analyze(
        texts: Annotated[list[str], Field(min_length=1, description="Any texts; one may be empty.")],
        lang: Annotated[
            str | None, Field(pattern=PATTERN, description="BCP 47 tag of all texts; else it is identified.")
        ] = None,
        min_score: Annotated[
            float, Field(ge=0, le=1, description="Leave out needs and complaints that are less sure than this.")
        ] = 0.0,
    ) -> Annotated[CallToolResult, AnalyzeResponse]:
        """Say of each text how it looks at the customer, and which needs and complaints it holds."""
        try:
            analyses = await desk.analyze([Text(text, lang and normal(lang)) for text in texts])
        except RefusedError as refused:
            raise ToolError(refused.detail) from None
        results = [
            {"id": str(row), **_surest(analysis, min_score).to_dict()} for row, analysis in enumerate(analyses, 1)
        ]
        found = {"results": results}
        return CallToolResult(
            content=[TextContent(type="text", text=orjson.dumps(found).decode())], structured_content=found
        )

    @server.tool(title="All labels", annotations=_READS)
    async def labels() -> Labels:
        """Name every label that a result can hold."""
        return Labels()

    return server


def _surest(analysis: Analysis, min_score: float) -> Analysis:
    return replace(
        analysis,
        needs=[need for need in analysis.needs if need.score >= min_score],
        complaints=[complaint for complaint in analysis.complaints if complaint.score >= min_score],
    )
