"""What the lesson *Policy gradient: from a bandit to pixels* imports; the mechanism itself is on its page.

``games`` plays many games of MinAtar side by side, ``films`` makes an animation of pictures, ``hogwild`` lets
processes learn into one shared memory, and ``recording`` runs the lesson's cells for what takes longer than a
lesson: several seeds, ablations, and processes beside batches.
"""
