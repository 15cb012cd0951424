"""Verify a file that was built, or exported, before it is handed out.

Three questions: is the file whole (``whole``); is it what it claims to be (``naming``, ``disk``, ``inside``,
``wsl``, ``image``); does it start (``boot``). The files are our own: nothing here defends against a file that
was made to deceive its reader. For that there is the signature.
"""
