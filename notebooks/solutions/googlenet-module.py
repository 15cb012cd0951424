def inception(net, one, reduce3, three, reduce5, five, pooled):
    narrow3, narrow5 = window(net, reduce3, 1), window(net, reduce5, 1)
    largest = L.MaxPool2DLayer(net, 3, stride=1, pad=1)
    branches = [window(net, one, 1), window(narrow3, three, 3), window(narrow5, five, 5)]
    return L.ConcatLayer([*branches, window(largest, pooled, 1)])
