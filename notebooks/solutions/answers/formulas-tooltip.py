# Answers to formulas-tooltip beside its solution; `workshop lessons check` tries them.

# %% wrong: the name of the column without its sign
tooltip = '<img src="picture" width="56"> @digit'

# %% wrong: the address is shown as a text
tooltip = "@picture @digit"

# %% wrong: the digit as the picture's description
tooltip = '<img src="@picture" width="56" alt="@digit">'

# %% wrong: no digit
tooltip = '<img src="@picture" width="56">'

# %% right: in another way
tooltip = "<div><img width=56 src='@{picture}'><b>@{digit}</b></div>"


# %% wrong: ten times as wide
tooltip = '<img src="@picture" width="560"> @digit'


# %% wrong: the name of a column that does not exist
tooltip = '<img src="@picture" width="56"> @digits'


# %% right: the width as a style
tooltip = '<img src="@picture" style="width: 56px"> @digit'
