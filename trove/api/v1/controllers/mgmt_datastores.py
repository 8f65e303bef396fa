# SPDX-License-Identifier: Apache-2.0
"""/mgmt/datastore-versions and /mgmt/accounts."""

from trove.api.v1.schemas import datastore_versions as schemas
from trove.api.v1.views import mgmt_datastores as views
from trove.operations import datastore_versions as operations


class DatastoreVersions:
    """Handlers of /mgmt/datastore-versions."""

    def __init__(self, deps):
        self._deps = deps

    def index(self, request):
        """X24: every version, also inactive ones."""
        return {'versions': [
            views.version(*found)
            for found in operations.listing(self._deps)]}

    def show(self, request):
        """X25: one version."""
        return {'version': views.version(
            *operations.show(self._deps, request.path['id']))}

    def create(self, request):
        """X26: a new version; its datastore is made if it is missing."""
        asked = request.body['version']
        known = {'image_id': None, 'image_tags': (), 'packages': (),
                 **schemas.facts(asked)}
        operations.create(
            self._deps, asked['datastore_name'], known.pop('name'),
            asked.get('version'), asked.get('default', False), **known)

    def update(self, request):
        """X27: change a version."""
        operations.update(self._deps, request.path['id'],
                          request.body.get('default'),
                          **schemas.facts(request.body))

    def delete(self, request):
        """X28: remove a version that nothing uses."""
        operations.delete(self._deps, request.path['id'])


class Accounts:
    """Handlers of /mgmt/accounts."""

    def __init__(self, deps):
        self._deps = deps

    def index(self, request):
        """X33: projects that have instances, and how many."""
        with self._deps.db.reader() as tx:
            found = tx.accounts.list()
        return {'accounts': [views.account_row(*row) for row in found]}

    def show(self, request):
        """X34: the instances of a project."""
        project_id = request.path['project']
        with self._deps.db.reader() as tx:
            return {'account': views.account(
                project_id, tx.accounts.instances(project_id))}
