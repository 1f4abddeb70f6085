"""Names that a page must not take for markup."""

SCRIPT = "<script>alert(1)</script>"
# What ends an attribute, a script, a JSON text or a title, and what a template would fill in.
HOSTILE = (SCRIPT, "</script><img src=x onerror=alert(2)>", "\" onclick='alert(3)' \\", "{{ 7 * 7 }} & <b>")
