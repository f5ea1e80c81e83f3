"""Ready properties: what holds of every good policy and of every scorer, tried on generated contacts.

Each raises `PropertyFailed` with the smallest contact that was found to break it. `ALL` holds those that need nothing
but a policy, so that a test can be written once for all of them::

    @pytest.mark.parametrize("holds", properties.ALL)
    def test_our_policy(policy, holds):
        holds(policy)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
