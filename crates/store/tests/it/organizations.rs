//! Organizations: the tenants.

use model::{
    id::{OrganizationId, OrganizationNumber},
    organization::Organization,
    webhook::{WebhookEventKind, WebhookEvents},
    widget::{Domain, IdentityMode, WidgetSettings},
};
use store::{Error, organizations};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, organization, story};

both_databases!(
    an_organization_is_found_by_number_and_id,
    what_is_wanted_is_each_organizations_own,
    a_widget_is_each_organizations_own,
);

async fn an_organization_is_found_by_number_and_id(database: TestDatabase) {
    story(&database, |tx| {
        let names = [
            "Café \"Zur Post\" 🏤",
            "O'Neill; drop table agents --",
            "100%",
        ];
        let mut made = Vec::new();
        for (name, id) in names.into_iter().zip(["b", "B", "a"]) {
            let id = OrganizationId::new(id);
            let widget_id = format!("widget-{id}");
            let number = organizations::insert(tx, &id, &widget_id, name, NOON)?;
            made.push(Organization {
                number,
                id,
                widget_id,
                name: name.to_owned(),
                created_at: NOON,
            });
        }

        for organization in &made {
            assert_eq!(&organizations::get(tx, organization.number)?, organization);
            assert_eq!(
                organizations::find(tx, &organization.id)?.as_ref(),
                Some(organization)
            );
        }
        let nobody = organizations::find(tx, &OrganizationId::new("c"))?;
        assert_eq!(nobody, None);
        let missing = organizations::get(tx, OrganizationNumber(999));
        assert!(matches!(missing, Err(Error::Content(_))), "{missing:?}");

        assert_eq!(organizations::list(tx, 2)?, made[..2]);
        assert_eq!(organizations::list(tx, 100)?, made);
        Ok(())
    })
    .await;
}

async fn a_widget_is_each_organizations_own(database: TestDatabase) {
    story(&database, |tx| {
        let one = organization(tx, "one")?.organization;
        let other = organization(tx, "other")?.organization;
        let found = organizations::find_by_widget_id(tx, "widget-other")?;
        assert_eq!(found.map(|found| found.number), Some(other));
        assert_eq!(organizations::find_by_widget_id(tx, "WIDGET-other")?, None);

        let settings = WidgetSettings {
            identity_mode: IdentityMode::Enforced,
            allowed_domains: Domain::parse("bücher.example").into_iter().collect(),
            ..WidgetSettings::default()
        };
        organizations::set_widget_settings(tx, one, &settings)?;
        assert_eq!(organizations::widget_settings(tx, one)?, settings);
        let others = organizations::widget_settings(tx, other)?;
        assert_eq!(others, WidgetSettings::default());

        assert_eq!(organizations::identity_secret(tx, one)?, None);
        organizations::set_identity_secret(tx, one, "sealed")?;
        let kept = organizations::identity_secret(tx, one)?;
        assert_eq!(kept.as_deref(), Some("sealed"));
        assert_eq!(organizations::identity_secret(tx, other)?, None);
        Ok(())
    })
    .await;
}

async fn what_is_wanted_is_each_organizations_own(database: TestDatabase) {
    story(&database, |tx| {
        let one = organization(tx, "one")?.organization;
        let other = organization(tx, "other")?.organization;
        assert_eq!(organizations::webhook_events(tx, one)?, WebhookEvents::NONE);
        let kinds = WebhookEventKind::ALL.into_iter().map(|(kind, _)| kind);
        for wanted in [WebhookEvents::of(kinds), WebhookEvents::NONE] {
            organizations::lock(tx, one)?;
            organizations::set_webhook_events(tx, one, wanted)?;
            assert_eq!(organizations::webhook_events(tx, one)?, wanted);
            let others = organizations::webhook_events(tx, other)?;
            assert_eq!(others, WebhookEvents::NONE);
        }
        Ok(())
    })
    .await;
}
