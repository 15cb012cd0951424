"""Set-up from nothing, beside installing the same by hand."""
