/** An address as a code to point a phone at: a picture that stands in the page itself. */
export async function toQrCode(
  address: string,
): Promise<{ readonly address: string; readonly picture: string }> {
  const { default: QrCode } = await import('qrcode')
  const drawn = await QrCode.toString(address, {
    type: 'svg',
    errorCorrectionLevel: 'M',
    margin: 1,
  })
  return { address, picture: `data:image/svg+xml;base64,${Buffer.from(drawn).toString('base64')}` }
}
