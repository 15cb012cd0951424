place = theano.shared(np.float32(2.5), name="place")
here = T.sin(place) * place
rate = 0.1
slope_here = T.grad(here, place)
descend = theano.function([], here, updates=[(place, place - np.float32(rate) * slope_here)])
