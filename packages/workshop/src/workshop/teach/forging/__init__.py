"""What the lesson *Forger and detective* tells of its longer games; the game itself is on its page.

``recording`` plays them by the lesson's own cells, with other seeds and with convolutions, and keeps what
was measured.
"""
