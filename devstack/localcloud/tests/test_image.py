# SPDX-License-Identifier: Apache-2.0
"""Images, through the SDK."""
import hashlib

import openstack.exceptions
import pytest

from localcloud.tests import conftest


def test_an_image_is_uploaded_and_downloaded(admin):
    data = b'\x00' * 100000
    image = admin.image.create_image(
        'disk', data=data, disk_format='raw', container_format='bare')
    shown = admin.image.get_image(image)
    assert (shown.status, shown.size) == ('active', len(data))
    assert shown.hash_value == hashlib.sha512(data).hexdigest()
    assert admin.image.download_image(image).content == data


def test_a_manifest_that_names_absent_layers_is_refused(site, admin):
    for layers in (['nope'], ['../top'], ['/etc'], [], ['top', 7]):
        image = admin.image.create_image(
            'x', disk_format='raw', container_format='bare',
            allow_duplicates=True)
        answer = admin.image.put(
            f'/images/{image.id}/file', data=conftest.manifest(layers),
            headers={'Content-Type': 'application/octet-stream'})
        assert answer.status_code == 400, layers
        assert admin.image.get_image(image).status == 'queued'


def test_images_are_found_by_name_tag_status_and_property(site, admin):
    image = site.image(admin, 'mariadb')
    admin.image.add_tag(image, 'trove')
    admin.image.update_image(image, trove_layers='true', version='10.11')
    site.image(admin, 'other')

    def found(**query):
        return [i.name for i in admin.image.images(**query)]
    assert found() == ['other', 'mariadb']
    assert found(tag='trove') == ['mariadb']
    assert found(name='other') == ['other']
    answer = admin.image.get('/images?version=10.11').json()
    assert [i['name'] for i in answer['images']] == ['mariadb']
    assert found(status='queued') == []
    assert found(visibility='private') == []
    shown = admin.image.get_image(image)
    assert shown.tags == ['trove']
    assert shown.properties['trove_layers'] == 'true'


def test_tenants_see_public_images_and_change_their_own_only(
        site, admin, demo):
    public = site.image(admin, 'public')
    mine = demo.image.create_image('mine', data=b'x', disk_format='raw',
                                   container_format='bare')
    assert {i.name for i in demo.image.images()} == {'public', 'mine'}
    assert {i.name for i in site.connect('alt').image.images()} == {
        'public'}
    with pytest.raises(openstack.exceptions.ForbiddenException):
        demo.image.update_image(public, name='x')
    with pytest.raises(openstack.exceptions.ForbiddenException):
        demo.image.update_image(mine, visibility='public')
    with pytest.raises(openstack.exceptions.ForbiddenException):
        demo.image.delete_image(public, ignore_missing=False)
    demo.image.delete_image(mine, ignore_missing=False)
    assert demo.image.find_image('mine') is None


def test_data_of_an_image_is_given_once(admin, image):
    answer = admin.image.put(f'/images/{image.id}/file', data=b'again',
                             headers={'Content-Type':
                                      'application/octet-stream'})
    assert answer.status_code == 409
