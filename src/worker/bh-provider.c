/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-provider.h"

G_DEFINE_INTERFACE (BhProvider, bh_provider, G_TYPE_OBJECT)

static void
bh_provider_default_init (BhProviderInterface *iface)
{
}

const char *
bh_provider_get_name (BhProvider *self)
{
  g_return_val_if_fail (BH_IS_PROVIDER (self), NULL);
  return BH_PROVIDER_GET_IFACE (self)->get_name (self);
}

DexFuture *
bh_provider_images (BhProvider *self)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  return BH_PROVIDER_GET_IFACE (self)->images (self);
}

DexFuture *
bh_provider_list (BhProvider *self)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  return BH_PROVIDER_GET_IFACE (self)->list (self);
}

DexFuture *
bh_provider_launch (BhProvider *self, const BhLaunchSpec *spec)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  dex_return_error_if_fail (spec != NULL);
  return BH_PROVIDER_GET_IFACE (self)->launch (self, spec);
}

DexFuture *
bh_provider_connect (BhProvider *self, const char *id)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  return BH_PROVIDER_GET_IFACE (self)->connect (self, id);
}

DexFuture *
bh_provider_ended (BhProvider *self, const char *id)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  return BH_PROVIDER_GET_IFACE (self)->ended (self, id);
}

DexFuture *
bh_provider_stop (BhProvider *self, const char *id, guint grace_ms)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  return BH_PROVIDER_GET_IFACE (self)->stop (self, id, grace_ms);
}

DexFuture *
bh_provider_remove (BhProvider *self, const char *id)
{
  dex_return_error_if_fail (BH_IS_PROVIDER (self));
  return BH_PROVIDER_GET_IFACE (self)->remove (self, id);
}

int
bh_provider_open_folder (BhProvider *self, const char *id)
{
  g_return_val_if_fail (BH_IS_PROVIDER (self), -1);
  return BH_PROVIDER_GET_IFACE (self)->open_folder (self, id);
}
