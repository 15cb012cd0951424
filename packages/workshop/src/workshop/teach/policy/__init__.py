"""What the lessons *Policy gradient* and *Pong from pixels* import; the mechanism is on the first one's page.

``player`` is the first lesson's agent, for the second lesson; ``games`` plays many games of MinAtar in
parallel, ``films`` turns images into an animation, and ``hogwild`` lets processes train shared weights.
"""
