"""Pictures and videos of X in payloads of either generation. Pure."""

from channels_app.adapters.base import InboundAttachment
from channels_app.adapters.untrusted_json import Fields

_MAX_VARIANTS = 30
# Good to look at, and small enough to be fetched and kept.
_BEST_BIT_RATE = 2_500_000


def read_medium(medium: Fields, *, url_names: tuple[str, ...]) -> InboundAttachment | None:
    """The file of a medium; of a video the best version that is not too large. None where no address is given."""
    kind = medium.text("type", limit=40)
    identifier = medium.identifier("media_key", limit=100) or medium.identifier("id_str", limit=100)
    identifier = identifier or medium.identifier("id", limit=100) or "1"
    video = medium.object("video_info") or medium
    variants = [
        (variant.integer("bit_rate") or variant.integer("bitrate") or 0, variant.text("url", limit=4000))
        for variant in video.objects("variants", limit=_MAX_VARIANTS)
        if variant.text("content_type", limit=100) == "video/mp4"
    ]
    if kind in ("video", "animated_gif", "audio") and variants:
        small = [variant for variant in variants if variant[0] <= _BEST_BIT_RATE]
        _rate, url = max(small) if small else min(variants)
        return InboundAttachment(name=f"video_{identifier}.mp4", content_type="video/mp4", url=url)
    url = next(filter(None, (medium.text(name, limit=4000) for name in url_names)), "")
    if not url:
        return None
    is_png = url.partition("?")[0].lower().endswith(".png")
    ending, content_type = ("png", "image/png") if is_png else ("jpg", "image/jpeg")
    return InboundAttachment(name=f"photo_{identifier}.{ending}", content_type=content_type, url=url)
