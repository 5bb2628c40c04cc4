"""The pages of all languages on the server's application."""

from __future__ import annotations

import os
from typing import Any

from lingos.studio.desk import Desk
from lingos.words.said import LANGUAGES

# Before Gradio is imported: it asks these once, and nothing may leave the machine.
os.environ.update({"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "GRADIO_SSR_MODE": "False"})

import gradio as gr

from lingos.studio.page import page, style

__all__ = ["mount"]

FONTS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
PLAIN = ("ui-monospace", "Menlo", "Consolas", "monospace")
TEAL = "#0f766e"  # white words on it can be read
# Gradio writes its own name before each selector of a style sheet, so what is around its container stands here.
AROUND = "@media (max-width:700px){.gradio-container{padding:4px!important}.main.fillable{padding:4px 8px!important}}"
HEAD = f'<meta name="color-scheme" content="light dark"><style>{AROUND}</style>'


def mount(app: Any, desk: Desk, folder: str) -> None:
    """Put the page of each language under `folder` of a FastAPI application."""
    for language in LANGUAGES:
        gr.mount_gradio_app(
            app,
            page(desk, language),
            f"{folder}/{language}",
            footer_links=[],
            run_history=False,
            show_error=False,
            max_file_size=1,
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
            theme=_theme(),
            css=style(),
            head=HEAD,
        )


def _theme() -> gr.themes.Base:
    """Quiet, with the fonts of the system: Gradio's own themes ask another host for theirs."""
    theme = gr.themes.Base(
        primary_hue="teal", neutral_hue="slate", radius_size="md", font=list(FONTS), font_mono=list(PLAIN)
    )
    shades = {f"button_primary_background_fill{state}": TEAL for state in ("", "_hover", "_dark", "_hover_dark")}
    return theme.set(**shades)
