//! The names of settings that are one of a few, as the API document lists them: made from the model, so that none is
//! forgotten.

use std::borrow::Cow;

use model::widget::{
    ButtonPosition, ButtonStyle, Choice, ConsentKind, FieldKind, FormMode, IdentityAlgorithm,
    IdentityMode, Language, OfflineMode, Theme,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// The names of choices: the type that stands for them in schemas, the choice, and what it is called in the document.
macro_rules! names {
    ($($(#[$document:meta])* $name:ident, $choice:ty, $schema:literal;)*) => {$(
        $(#[$document])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of::<$choice>()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $schema.into()
            }
        }
    )*};
}

names! {
    /// What a visitor has to prove.
    IdentityModeName, IdentityMode, "IdentityMode";
    /// How the site signs who its visitors are.
    IdentityAlgorithmName, IdentityAlgorithm, "IdentityAlgorithm";
    /// A language of the widget.
    LanguageName, Language, "WidgetLanguage";
    /// What there is of it while nobody takes chats.
    OfflineModeName, OfflineMode, "OfflineMode";
    /// Light or dark.
    ThemeName, Theme, "Theme";
    /// The form of the button.
    ButtonStyleName, ButtonStyle, "ButtonStyle";
    /// Where the button is.
    ButtonPositionName, ButtonPosition, "ButtonPosition";
    /// Whether visitors are asked.
    FormModeName, FormMode, "FormMode";
    /// What is filled in.
    FieldKindName, FieldKind, "FieldKind";
    /// What is agreed to.
    ConsentKindName, ConsentKind, "ConsentKind";
}

fn one_of<T: Choice>() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(T::ALL.iter().map(|(_, name)| *name)))
        .into()
}
