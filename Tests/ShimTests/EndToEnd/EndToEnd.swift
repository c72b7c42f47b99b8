import Testing

/// Tests that start processes run one after another: two tests at once would take each other's processor and children.
@Suite(.serialized) enum EndToEnd {}
