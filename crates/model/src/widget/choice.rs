//! One of a few, chosen by name.

/// One of a few, with the name that it has in the API and in the store.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every one with its name.
    const ALL: &'static [(Self, &'static str)];

    /// The name of this one.
    fn as_str(self) -> &'static str {
        let mut all = Self::ALL.iter();
        let found = all.find(|(choice, _)| *choice == self);
        found.expect("every choice is in ALL").1
    }

    /// The one of a name.
    fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|(_, known)| *known == name)
            .map(|(choice, _)| *choice)
    }
}
