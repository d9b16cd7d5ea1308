//! Recognize a visitor: by what the browser holds, and by what the site says (trust 1.7).

use model::{
    id::{Scope, VisitorId},
    organization::Organization,
    time::Millis,
    visitor::Standing,
    widget::{IdentityMode, TokenStanding, WidgetSettings},
};
use store::{Tx, organizations, visitor_tokens::VisitorToken, visitors};

use super::{OpenSession, identify, parse_id, token};
use crate::{
    Result,
    sealing::Sealer,
    widget::{Site, require_site},
};

/// The site gave an id that is no secret: it was not followed.
pub const ID_TOO_WEAK: &str = "visitor_id_too_weak";

/// Who it is.
pub(super) struct Recognized {
    /// How the organization wants it.
    pub(super) settings: WidgetSettings,
    /// The token that was shown and is one of this organization, whether it is still taken or not.
    pub(super) shown: Option<VisitorToken>,
    /// Who.
    pub(super) who: Who,
    /// What the site should know.
    pub(super) notices: Vec<&'static str>,
}

/// One of three.
pub(super) enum Who {
    /// The visitor of the token shown, which goes on.
    Shown,
    /// The visitor of an id of the site.
    Site(VisitorId, TokenStanding),
    /// Nobody known.
    Nobody,
}

/// Finds out who shows all this.
pub(super) fn recognize(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    now: Millis,
    organization: &Organization,
    command: &OpenSession,
) -> Result<Recognized> {
    let settings = organizations::widget_settings(tx, organization.number)?;
    let page = command.arrival.page.as_ref();
    let site = page.map_or(&Site::Unknown, |page| &page.site);
    require_site(&settings, site, "page.link")?;
    let shown = match &command.token {
        Some(token) => token::find(tx, token, now)?,
        None => None,
    };
    let shown = shown.filter(|shown| shown.organization == organization.number);
    let told = match &command.visitor_id {
        Some(id) => Some(parse_id(Some(id))?),
        None => None,
    };
    let mut notices = Vec::new();
    let who = match &command.identity_token {
        Some(identity_token) => {
            let key = identify::key(tx, sealer, organization, &settings)?;
            let proven = identify::verify(organization, &settings, &key, identity_token, now)?;
            if told.is_some_and(|told| told != proven) {
                return Err(identify::refused(
                    "subject",
                    "visitorId is another than sub",
                ));
            }
            prove(proven, shown.as_ref())
        }
        None => match told {
            Some(told) => follow(
                tx,
                organization,
                &settings,
                told,
                shown.as_ref(),
                &mut notices,
            )?,
            None => go_on(&settings, shown.as_ref()),
        },
    };
    Ok(Recognized {
        settings,
        shown,
        who,
        notices,
    })
}

/// Whom the site proved.
fn prove(proven: VisitorId, shown: Option<&VisitorToken>) -> Who {
    match shown {
        Some(shown) if shown.is_verified && shown.visitor.id == proven => Who::Shown,
        _ => Who::Site(proven, TokenStanding::Proven),
    }
}

/// Whom the site told of without a proof.
fn follow(
    tx: &mut Tx<'_>,
    organization: &Organization,
    settings: &WidgetSettings,
    told: VisitorId,
    shown: Option<&VisitorToken>,
    notices: &mut Vec<&'static str>,
) -> Result<Who> {
    let is_shown = shown.is_some_and(|shown| shown.visitor.id == told);
    if is_shown && matches!(go_on(settings, shown), Who::Shown) {
        return Ok(Who::Shown);
    }
    if settings.identity_mode != IdentityMode::Open {
        return Err(identify::refused(
            "missing",
            "this widget takes no visitorId without one",
        ));
    }
    // An id that was made here is known to agents, programs and receivers of webhooks: it is nobody's secret.
    let found = find_standing(tx, organization, &told)?;
    let is_public = found.is_some_and(|found| found.is_anonymous);
    if settings.is_secret(&told) && !is_public {
        return Ok(Who::Site(told, TokenStanding::Told));
    }
    notices.push(ID_TOO_WEAK);
    // Whoever the site told of at another time may be somebody else than whom it tells of now.
    let is_anonymous = shown.is_some_and(|shown| shown.visitor.is_anonymous);
    Ok(if is_anonymous {
        Who::Shown
    } else {
        Who::Nobody
    })
}

/// Whoever the token shows, as long as that needs no other proof.
fn go_on(settings: &WidgetSettings, shown: Option<&VisitorToken>) -> Who {
    let Some(shown) = shown else {
        return Who::Nobody;
    };
    let is_taken = match (settings.identity_mode, token::standing(shown)) {
        (IdentityMode::Enforced, TokenStanding::Proven) => false,
        (_, standing) => settings.takes(standing),
    };
    if is_taken { Who::Shown } else { Who::Nobody }
}

/// What there is to know of the visitor of an id.
pub(super) fn find_standing(
    tx: &mut Tx<'_>,
    organization: &Organization,
    id: &VisitorId,
) -> Result<Option<Standing>> {
    let scope = Scope::organization(organization.number);
    Ok(visitors::find_standing(tx, scope, id)?)
}
