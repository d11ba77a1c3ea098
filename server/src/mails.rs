//! How mails leave: by a mail server, or into a folder.

use std::path::Path;
use std::sync::Arc;

use amazoff_actors::mail::Mailer;
use amazoff_gateways::mail::Folder;

use crate::config::MailVia;

/// The mailer of a configuration.
pub(crate) fn mailer(via: &MailVia, data_dir: &Path) -> Arc<dyn Mailer> {
    match via {
        MailVia::Server(server) => Arc::new(server.as_ref().clone()),
        MailVia::Files(from) => {
            let folder = data_dir.join("mail");
            let path = folder.display();
            tracing::warn!("there is no mail server (AMAZOFF_SMTP_URL): mails become files in {path}");
            Arc::new(Folder::new(folder, from.clone()))
        }
    }
}
