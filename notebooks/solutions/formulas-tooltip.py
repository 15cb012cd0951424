tooltip = '<img src="@picture" width="56"> @digit'
