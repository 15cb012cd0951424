"""What the lessons *Policy gradient* and *Pong from pixels* import; the mechanism is on the first one's page.

``player`` is the first lesson's player, for the second one; ``games`` plays many games of MinAtar side by
side, ``films`` makes an animation of pictures, and ``hogwild`` lets processes learn into one shared memory.
"""
