"""What the tests of the diagnosis share."""


def in_order(built, data):
    model, history = built
    return model, data, history
