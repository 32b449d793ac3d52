/**
 * The numbers that somebody in danger is told to call, as they are in China: police, fire and
 * rescue, ambulance, the line for people who think of ending their lives (12356, National Health
 * Commission, 2025), the one for women's rights (12338, All-China Women's Federation) and the
 * government's line for complaints (12345, State Council, 2020). Who runs the service checks them
 * for each county, and sets others with `EMERGENCY_NUMBERS`.
 */
export const usualEmergencyNumbers = {
  police: '110',
  fire: '119',
  ambulance: '120',
  crisis: '12356',
  family: '12338',
  hotline: '12345',
} as const

export type EmergencyNumbers = Readonly<Record<keyof typeof usualEmergencyNumbers, string>>

/** Whom there is a number of. */
export const emergencyNames = Object.keys(
  usualEmergencyNumbers,
) as readonly (keyof EmergencyNumbers)[]
