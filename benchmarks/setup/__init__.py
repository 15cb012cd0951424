"""Set-up from nothing, against installing the same by hand."""
