import Testing

/// Tests of the bootstrap run one after another: two at once would take each other's processor and children.
@Suite(.serialized) enum EndToEnd {}
