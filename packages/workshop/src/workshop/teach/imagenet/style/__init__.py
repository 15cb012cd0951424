"""Put the style of a painting on a photograph, after Gatys, Ecker and Bethge (2015).

*A neural algorithm of artistic style* (https://arxiv.org/abs/1508.06576): a picture is searched for
whose features are those of the photograph, while the correlations between its features (a *Gram
matrix* a layer) are those of the painting.

``paintings`` opens the paintings, ``losses`` has the terms that are minimised as Theano expressions,
``painting`` minimises them with L-BFGS, ``studio`` does so while sliders are moved. Importing this
package imports nothing; a lesson imports the modules that it needs.
"""
