"""The benchmark's parts: engines that each run in a process and an environment of their own."""
